/**
 * An origin of the test's own: the built app's files, a bare page that drives its worker, and while
 * it is asked to, the API of a real server.
 *
 * For: tests that kill the browser, where a new start must cost little. The worker, the core in it and
 * the files it writes are the product's, byte for byte; only the screens are left out.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, resolve } from 'node:path';
import { StandIn, passOn } from '../field/pass-on';
import { HASTY_WORKER } from './hasty-worker';

const DIST = resolve(import.meta.dirname, '../../dist');
const PAGE = '<!doctype html><html lang="fr"><title>kill</title></html>';

const TYPES: Record<string, string> = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

/** Where the page's worker comes from. */
export const HASTY = '/hasty-worker.js';

/** The built app's own worker. */
export function ownWorker(): string {
  const found = readdirSync(join(DIST, 'assets')).find((name) => /^worker-.*\.js$/.test(name));
  if (!found) throw new Error('the web app is not built: cargo xtask web');
  return `/assets/${found}`;
}

/** See the module. */
export class Origin extends StandIn {
  /** Requests of the API go on to the server; otherwise they are cut, as without a network. */
  online = true;

  static before(behind: string): Promise<Origin> {
    return new Origin(new URL(behind)).listen();
  }

  protected answer(asked: IncomingMessage, reply: ServerResponse): void {
    const path = new URL(asked.url ?? '/', this.base).pathname;
    if (path.startsWith('/api/')) return this.pass(asked, reply);
    const send = (type: string, body: string | Buffer): void => {
      reply.writeHead(200, { 'content-type': type });
      reply.end(body);
    };
    if (path === '/') return send('text/html; charset=utf-8', PAGE);
    if (path === HASTY) return send('text/javascript', HASTY_WORKER(ownWorker()));
    const file = join(DIST, path);
    const type = TYPES[extname(path)];
    if (!file.startsWith(DIST) || !type || !existsSync(file)) {
      reply.writeHead(404);
      reply.end();
      return;
    }
    send(type, readFileSync(file));
  }

  private pass(asked: IncomingMessage, reply: ServerResponse): void {
    if (!this.online) {
      asked.socket.destroy();
      return;
    }
    passOn(asked, reply, this.behind);
  }
}
