/**
 * The tablet's clock moved forward, in the page and in the core's worker: waits of an hour are not
 * waited for.
 *
 * For: tests of waits. The context must block service workers, which would answer in our place.
 */
import type { BrowserContext, Page } from '@playwright/test';

/** Run before the app's own script, in a page or in the worker. */
export const SHIFT = `(() => {
  const real = Date.now.bind(Date);
  const steady = performance.now.bind(performance);
  let setMs = 0;
  let passedMs = 0;
  Date.now = () => real() + setMs + passedMs;
  performance.now = () => steady() + passedMs;
  new BroadcastChannel('test-clock').onmessage = ({ data }) => { [setMs, passedMs] = data; };
})();`;

/** See the module. */
export class ShiftedClock {
  private setMs = 0;
  private passedMs = 0;

  /** Prepares every page of the context, before it is opened. */
  static async over(context: BrowserContext): Promise<ShiftedClock> {
    await context.addInitScript(SHIFT);
    await context.route(/\/assets\/worker-[^/]*\.js$/, async (route) => {
      const reply = await route.fetch();
      await route.fulfill({ response: reply, body: `${SHIFT}\n${await reply.text()}` });
    });
    return new ShiftedClock();
  }

  /** Prepares the pages alone: the worker comes from a `Front` that runs `SHIFT` before it. */
  static async overPages(context: BrowserContext): Promise<ShiftedClock> {
    await context.addInitScript(SHIFT);
    return new ShiftedClock();
  }

  /** Lets time pass. */
  async forward(page: Page, byMs: number): Promise<void> {
    this.passedMs += byMs;
    await this.tell(page);
  }

  /** Sets the clock, as a person does: no time passes. */
  async setForward(page: Page, byMs: number): Promise<void> {
    this.setMs += byMs;
    await this.tell(page);
  }

  private async tell(page: Page): Promise<void> {
    await page.evaluate(
      (told) => {
        // A channel does not hear itself: one for the page's own clock, one for the worker's.
        const channel = new BroadcastChannel('test-clock');
        channel.postMessage(told);
        channel.close();
      },
      [this.setMs, this.passedMs],
    );
  }
}
