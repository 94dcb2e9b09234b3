/**
 * A browser of our own that can be killed in the middle of anything and started again on the same
 * profile.
 *
 * For: tests of what survives. Playwright's own browsers are closed politely.
 */
import { chromium, type Browser, type BrowserContext, type Page } from '@playwright/test';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHROMIUM_FLAGS } from '../../playwright.config';
import { HERE } from './server';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const START_WITHIN_MS = 30_000;

/** See the module. */
export class OwnBrowser {
  /** Everything it keeps. */
  readonly profile = mkdtempSync(join(tmpdir(), 'maraude-browser-'));
  private child: ChildProcess | null = null;
  private browser: Browser | null = null;

  constructor(
    private readonly here = HERE,
    private readonly flags: readonly string[] = CHROMIUM_FLAGS,
  ) {}

  /** Starts it on its profile and gives its page. */
  async start(origin: string): Promise<Page> {
    const flags = ['--headless=new', '--remote-debugging-port=0', '--lang=fr'];
    const profile = `--user-data-dir=${this.profile}`;
    const size = '--window-size=1280,800';
    const child = spawn(CHROMIUM, [...this.flags, ...flags, profile, size, 'about:blank'], {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    this.child = child;
    const address = await new Promise<string>((done, fail) => {
      let said = '';
      const timer = setTimeout(() => fail(new Error('the browser did not start')), START_WITHIN_MS);
      child.stderr?.on('data', (part: Buffer) => {
        said += part.toString();
        const found = /listening on (ws:\S+)/.exec(said);
        if (!found?.[1]) return;
        clearTimeout(timer);
        done(found[1]);
      });
    });
    this.browser = await chromium.connectOverCDP(address);
    const context = this.context();
    await context.grantPermissions(['geolocation'], { origin });
    await context.setGeolocation(this.here);
    return context.pages()[0] ?? context.newPage();
  }

  context(): BrowserContext {
    const context = this.browser?.contexts()[0];
    if (!context) throw new Error('the browser is not started');
    return context;
  }

  /** Its first process; all others descend from it. */
  pid(): number {
    if (!this.child?.pid) throw new Error('the browser is not started');
    return this.child.pid;
  }

  /** Kills every process of it at once, as a dead battery does. */
  async kill(): Promise<void> {
    const child = this.child;
    this.child = null;
    if (!child?.pid) return;
    const gone = new Promise((done) => child.once('exit', done));
    try {
      // Its renderers are in its process group.
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      child.kill('SIGKILL');
    }
    await gone;
    await this.browser?.close().catch(() => undefined);
    this.browser = null;
  }

  /** Closes it as a person does: what it keeps for a quicker next start is written. */
  async close(): Promise<void> {
    const child = this.child;
    if (!child || !this.browser) return;
    const gone = new Promise((done) => child.once('exit', done));
    const session = await this.browser.newBrowserCDPSession();
    await session.send('Browser.close').catch(() => undefined);
    await gone;
    this.child = null;
    this.browser = null;
  }

  /** Ends it and removes its profile. */
  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
