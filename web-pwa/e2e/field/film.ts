/**
 * Films that a fake camera plays, and pictures that go from one tablet's screen to another's camera.
 *
 * For: tests that hold something before a camera.
 */
import { expect, type BrowserContext, type Page } from '@playwright/test';

const SIDE_PX = 480;
const MARGIN_PX = 60;
/** Ten pictures a second, each for two tenths: as a screen shows codes. */
const PER_SECOND = 10;
const EACH = 2;

/** A picture's shades of grey on white, as seen by a camera; `url` is an image's. */
export async function greyOf(page: Page, url: string, margin = MARGIN_PX, side = SIDE_PX): Promise<Uint8Array> {
  const grey = await page.evaluate(
    async (asked) => {
      const picture = new Image();
      picture.src = asked.url;
      await picture.decode();
      const context = new OffscreenCanvas(asked.side, asked.side).getContext('2d');
      if (!context) throw new Error('no canvas');
      context.fillStyle = '#fff';
      context.fillRect(0, 0, asked.side, asked.side);
      const inner = asked.side - 2 * asked.margin;
      context.drawImage(picture, asked.margin, asked.margin, inner, inner);
      const { data } = context.getImageData(0, 0, asked.side, asked.side);
      return Array.from({ length: asked.side ** 2 }, (_, at) => data[4 * at] ?? 0);
    },
    { url, margin, side },
  );
  return Uint8Array.from(grey);
}

/** A film of grey pictures, one after the other, in a loop. */
export function film(greys: readonly Uint8Array[], side = SIDE_PX): Buffer {
  const colours = Buffer.alloc(side ** 2 / 2, 128);
  const head = `YUV4MPEG2 W${side} H${side} F${PER_SECOND}:1 Ip A1:1 C420jpeg\n`;
  const pictures = greys.flatMap((grey) =>
    Array.from({ length: EACH }, () => [Buffer.from('FRAME\n'), Buffer.from(grey), colours]).flat(),
  );
  return Buffer.concat([Buffer.from(head), ...pictures]);
}

/**
 * Gives every page of a context a camera that sees what `hold` holds before it: which tablet stands
 * before which changes within a test, and Chromium's own fake camera plays the film it was started with.
 */
export async function withStage(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const stage = document.createElement('canvas');
    stage.width = 680;
    stage.height = 680;
    stage.getContext('2d')?.fillRect(0, 0, 680, 680);
    const given = globalThis as unknown as { holdBefore: (url: string) => Promise<void> };
    given.holdBefore = async (url) => {
      const picture = new Image();
      picture.src = url;
      await picture.decode();
      stage.getContext('2d')?.drawImage(picture, 0, 0, 680, 680);
    };
    navigator.mediaDevices.getUserMedia = async () => stage.captureStream(30);
  });
}

/** Holds the reading tablet before the other one's codes until it has read them. */
export async function holdBefore(reader: Page, shown: Page, until: () => Promise<boolean>): Promise<void> {
  const codes = shown.locator('canvas[data-codes]');
  await expect(codes).not.toHaveAttribute('data-codes', '0');
  await expect
    .poll(
      async () => {
        const url = await codes.evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
        await reader.evaluate(
          (picture) =>
            (globalThis as unknown as { holdBefore: (url: string) => Promise<void> }).holdBefore(picture),
          url,
        );
        return until();
      },
      { timeout: 120_000, intervals: [60] },
    )
    .toBe(true);
}
