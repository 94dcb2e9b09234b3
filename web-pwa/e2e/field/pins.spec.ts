/** A tablet that is guessed at: ten wrong PINs destroy what opens its notes, never what it recorded. */
import { ShiftedClock } from './clock';
import { HERE, Server } from './server';
import { PIN, Tablet, expect, test } from './tablet';

const WRONG_PINS = 10;
/** Longer than any wait after a wrong PIN. */
const LONGEST_WAIT_MS = 3 * 3_600_000;

test('ten wrong PINs before sending destroy the vault, and everything still arrives', async ({
  browser,
}) => {
  test.setTimeout(240_000);
  const server = await Server.prepared(9);
  const context = await browser.newContext({
    geolocation: HERE,
    permissions: ['geolocation'],
    serviceWorkers: 'block',
  });
  try {
    const clock = await ShiftedClock.over(context);
    const tablet = new Tablet(await context.newPage());
    await tablet.enrol(await server.enrolmentLink('Tablette perdue'));
    await tablet.depart();
    await expect(tablet.button('Tout est envoyé')).toBeVisible({ timeout: 30_000 });
    await server.kill();
    for (let number = 0; number < 3; number += 1) await tablet.count({ Hommes: 2 });
    await tablet.tap('Verrouiller');
    const wrong = PIN.split('').reverse().join('');
    for (let tries = 1; tries <= WRONG_PINS; tries += 1) {
      await clock.forward(tablet.page, LONGEST_WAIT_MS);
      await tablet.waitForKeypad();
      await tablet.typePin(wrong);
      if (tries < WRONG_PINS) {
        const left = WRONG_PINS - tries;
        const words = left === 1 ? /Dernier essai/ : new RegExp(`Encore ${left} essais`);
        await expect(tablet.page.getByText(words)).toBeVisible({ timeout: 30_000 });
      }
    }
    await expect(tablet.title('Tablette fermée')).toBeVisible({ timeout: 30_000 });
    await server.start();
    await clock.forward(tablet.page, LONGEST_WAIT_MS);
    // It tries by itself, after a pause that grew with the server's absence: not waited for here.
    await tablet.sendNow();
    const received = await server.api<{ total: number }>('GET', `${server.at()}/observations`);
    expect(received.total).toBe(3);
  } finally {
    await context.close();
    server.remove();
  }
});
