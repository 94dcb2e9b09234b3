/** A QR code held before the camera enrols a tablet; without HTTPS it is told why it would not work. */
import { chromium, type Page } from '@playwright/test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHROMIUM_FLAGS } from '../../playwright.config';
import { look } from './look';
import { Tablet, expect, test } from './tablet';

const SIDE_PX = 480;
const MARGIN_PX = 60;
/** A name that is not this machine's own: without HTTPS a browser does not trust it. */
const PLAIN_HOST = 'maraude.test';

/** The code's drawing in shades of grey. */
async function greyOf(page: Page, svg: string): Promise<Uint8Array> {
  const grey = await page.evaluate(
    async ({ drawn, side, margin }) => {
      const picture = new Image();
      picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(drawn)}`;
      await picture.decode();
      const context = new OffscreenCanvas(side, side).getContext('2d');
      if (!context) throw new Error('no canvas');
      context.fillStyle = '#fff';
      context.fillRect(0, 0, side, side);
      context.drawImage(picture, margin, margin, side - 2 * margin, side - 2 * margin);
      const { data } = context.getImageData(0, 0, side, side);
      return Array.from({ length: side * side }, (_, at) => data[4 * at] ?? 0);
    },
    { drawn: svg, side: SIDE_PX, margin: MARGIN_PX },
  );
  return Uint8Array.from(grey);
}

/** A film of one grey picture, as a fake camera plays it. */
function film(grey: Uint8Array): Buffer {
  const colours = Buffer.alloc((SIDE_PX * SIDE_PX) / 2, 128);
  const head = `YUV4MPEG2 W${SIDE_PX} H${SIDE_PX} F10:1 Ip A1:1 C420jpeg\n`;
  return Buffer.concat([Buffer.from(`${head}FRAME\n`), Buffer.from(grey), colours]);
}

test('a QR code held before the camera enrols the tablet', async ({ page, server }) => {
  const { qr_svg: svg } = await server.enrolment('Tablette qui voit');
  const folder = mkdtempSync(join(tmpdir(), 'maraude-film-'));
  const file = join(folder, 'qr.y4m');
  writeFileSync(file, film(await greyOf(page, svg)));
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
