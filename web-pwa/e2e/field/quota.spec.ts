/**
 * The browser gives the app no more room: what is not saved is said in red with the form kept, and is
 * saved once there is room; what was saved before stays.
 */
import type { CDPSession, Locator, Page } from '@playwright/test';
import { look } from './look';
import { Tablet, expect, test } from './tablet';

/** Room left beyond what is used when the tablet starts again, bytes. */
const LEFT_BYTES = [0, 2_000, 10_000];
/** Saves within which the room is used up. */
const SAVES_UNTIL_FULL = 40;

const notSaved = (tablet: Tablet): Locator =>
  tablet.page.getByRole('alert').filter({ hasText: 'PAS ENREGISTRÉ' });
const saved = (tablet: Tablet): Locator =>
  tablet.page.getByText('Enregistré sur cette tablette.');

/** Leaves the app so much room beyond what it uses; without a number as much as there is. */
async function leaveRoom(session: CDPSession, page: Page, left?: number): Promise<void> {
  const { origin } = new URL(page.url());
  if (left === undefined) {
    await session.send('Storage.overrideQuotaForOrigin', { origin });
    return;
  }
  const { usage } = await session.send('Storage.getUsageAndQuota', { origin });
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: usage + left });
}

/** Fills a count and touches "Enregistrer"; whether it was saved. The draft may find no room first. */
async function tryToCount(tablet: Tablet, men: number): Promise<boolean> {
  await tablet.tap('Comptage');
  for (let at = 0; at < men; at += 1) await tablet.tap('Hommes : un de plus');
  await tablet.choose('Rue, trottoir');
  if (await notSaved(tablet).isVisible()) return false;
  await tablet.tap(/^(Enregistrer|Réessayer)/);
  await expect(notSaved(tablet).or(tablet.button('Comptage'))).toBeVisible();
  return !(await notSaved(tablet).isVisible());
}

for (const left of LEFT_BYTES) {
  test(`no room on the tablet but ${left} bytes: said in red, the form kept, then saved`, async ({
    server,
    tablet,
  }) => {
    await tablet.enrol(await server.enrolmentLink(`Tablette pleine ${left}`));
    await tablet.depart();
    await tablet.count({ Hommes: 1 });
    const session = await tablet.page.context().newCDPSession(tablet.page);
    await leaveRoom(session, tablet.page, left);
    // What was handed out before goes back with a new start.
    await tablet.page.reload();
    await tablet.unlock();
    let counted = 1;
    let full = false;
    for (let tries = 0; tries < SAVES_UNTIL_FULL && !full; tries += 1) {
      full = !(await tryToCount(tablet, 2));
      if (!full) counted += 1;
    }
    expect(full, 'the room is used up').toBe(true);

    const bar = notSaved(tablet);
    await expect(bar).toBeInViewport({ ratio: 1 });
    // The bar may be drawn anew between two looks.
    await expect(async () => {
      const [red, green, blue] = await bar.evaluate((element) => {
        const colour = getComputedStyle(element).backgroundColor;
        return (colour.match(/\d+/g) ?? []).slice(0, 3).map(Number);
      });
      expect(red).toBeGreaterThan(2 * Math.max(green ?? 255, blue ?? 255));
    }).toPass({ timeout: 10_000 });
    await expect(saved(tablet)).toBeHidden();
    if (left === LEFT_BYTES[0]) await look(tablet.page, 'not saved');
    // Kept with what was filled in, and still not saved when tried again without room.
    await expect(tablet.button(/^Hommes : 2/)).toBeVisible();
    await tablet.tap('Réessayer');
    // Before there is room again, this try must have ended.
    await expect(tablet.button('Réessayer')).toBeEnabled();
    await expect(bar).toBeVisible();

    await leaveRoom(session, tablet.page);
    await expect(async () => {
      const again = tablet.button('Réessayer');
      if (await again.isVisible()) await again.click({ timeout: 2_000 });
      await expect(tablet.button('Comptage')).toBeVisible({ timeout: 5_000 });
    }).toPass({ timeout: 30_000 });
    await expect(tablet.counted()).toHaveText(String(counted + 1));
    // A new start finds all of it.
    await tablet.page.reload();
    await tablet.unlock();
    await expect(tablet.counted()).toHaveText(String(counted + 1));
    await tablet.sendNow();
  });
}
