/** A QR code held before the camera enrols a tablet; without HTTPS it is told why it would not work. */
import { chromium } from '@playwright/test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHROMIUM_FLAGS } from '../../playwright.config';
import { film, greyOf } from './film';
import { look } from './look';
import { Tablet, expect, test } from './tablet';

/** A name that is not this machine's own: without HTTPS a browser does not trust it. */
const PLAIN_HOST = 'maraude.test';

test('a QR code held before the camera enrols the tablet', async ({ page, server }) => {
  const { qr_svg: svg } = await server.enrolment('Tablette qui voit');
  const folder = mkdtempSync(join(tmpdir(), 'maraude-film-'));
  const file = join(folder, 'qr.y4m');
  const drawing = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  writeFileSync(file, film([await greyOf(page, drawing)]));
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      ...CHROMIUM_FLAGS,
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${file}`,
      `--host-resolver-rules=MAP ${PLAIN_HOST} 127.0.0.1`,
    ],
  });
  try {
    const context = await browser.newContext({ locale: 'fr-FR' });
    const tablet = new Tablet(await context.newPage());
    await tablet.page.goto(server.base);
    await tablet.tap('Scanner le QR');
    await expect(tablet.page.locator('video')).toBeVisible();
    await tablet.choosePin();
    await expect(tablet.button('Verrouiller')).toBeVisible();
    const devices = await server.api<{ label: string }[]>('GET', `${server.at()}/devices`);
    expect(devices.map(({ label }) => label)).toContain('Tablette qui voit');

    const plain = new Tablet(await context.newPage());
    await plain.page.goto(server.base.replace('localhost', PLAIN_HOST));
    await expect(plain.title('Adresse non protégée')).toBeVisible();
    await look(plain.page, 'no HTTPS');
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
