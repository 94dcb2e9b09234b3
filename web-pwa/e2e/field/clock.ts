/**
 * The tablet's clock moved forward, in the page and in the core's worker: waits of an hour are not
 * waited for.
 *
 * For: tests of waits. The context must block service workers, which would answer in our place.
 */
import type { BrowserContext, Page } from '@playwright/test';

const SHIFT = `(() => {
  const real = Date.now.bind(Date);
  let shiftMs = 0;
  Date.now = () => real() + shiftMs;
  new BroadcastChannel('test-clock').onmessage = ({ data }) => { shiftMs = data; };
})();`;

/** See the module. */
export class ShiftedClock {
  private shiftMs = 0;

  /** Prepares every page of the context, before it is opened. */
  static async over(context: BrowserContext): Promise<ShiftedClock> {
    await context.addInitScript(SHIFT);
    await context.route(/\/assets\/worker-[^/]*\.js$/, async (route) => {
      const reply = await route.fetch();
      await route.fulfill({ response: reply, body: `${SHIFT}\n${await reply.text()}` });
    });
    return new ShiftedClock();
  }

  /** Moves it on. */
  async forward(page: Page, byMs: number): Promise<void> {
    this.shiftMs += byMs;
    await page.evaluate((shiftMs) => {
      // A channel does not hear itself: one for the page's own clock, one for the worker's.
      const channel = new BroadcastChannel('test-clock');
      channel.postMessage(shiftMs);
      channel.close();
    }, this.shiftMs);
  }
}
