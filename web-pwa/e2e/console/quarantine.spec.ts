/** *À reprendre*: what the server refused is told in words, tried again, and dealt with. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { generateKeyPairSync, sign } from 'node:crypto';
import { noFault } from './look';
import { createCampaign, enter, expect, screen, test, type Served } from './served';

/** CBOR of the few shapes a request is made of (RFC 8949). */
function cbor(value: unknown): Buffer {
  const head = (kind: number, size: number): Buffer => {
    if (size < 24) return Buffer.from([(kind << 5) | size]);
    if (size < 65_536) return Buffer.from([(kind << 5) | 25, size >> 8, size & 255]);
    const long = Buffer.alloc(5);
    long.writeUInt8((kind << 5) | 26);
    long.writeUInt32BE(size, 1);
    return long;
  };
  if (value === null) return Buffer.from([0xf6]);
  if (typeof value === 'number') return head(0, value);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(cbor)]);
  const fields = Object.entries(value as object);
  return Buffer.concat([head(5, fields.length), ...fields.flatMap(([name, one]) => [cbor(name), cbor(one)])]);
}

const uuid = (text: string): Buffer => Buffer.from(text.replaceAll('-', ''), 'hex');

/** Enrols a tablet and has it send something that nobody can read. */
async function sendDamaged(page: Page, served: Served, campaign: string): Promise<void> {
  const made = await page.request.post(`${served.base}/api/campaigns/${campaign}/enrolments`, {
    data: { label: 'T-abîmée', team: null },
  });
  const { code } = (await made.json()) as { code: string };
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const proof = sign(null, Buffer.from(`maraude/enrol/1${code.replaceAll('-', '')}`), privateKey);
  const key = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  const enrolled = await fetch(`${served.base}/api/enrol`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      code,
      verifying_key: key.toString('base64'),
      proof: proof.toString('base64'),
      app_version: 'e2e',
    }),
  });
  const tablet = (await enrolled.json()) as { device: string; upload_token: string };
  // Its clock began at nought; what it wrote then still waits, three hours later.
  const report = { app_version: 'e2e', battery_percent: 41, unsent: 3, oldest_unsent_at: 0 };
  const sent = await fetch(`${served.base}/api/sync`, {
    method: 'POST',
    headers: { 'content-type': 'application/cbor', authorization: `Bearer ${tablet.upload_token}` },
    body: new Uint8Array(
      cbor({
        protocol: 1,
        campaign: uuid(campaign),
        device: uuid(tablet.device),
        sent_at: 3 * 3_600_000,
        epoch: null,
        device_report: report,
        envelopes: [Buffer.from('pas une enveloppe')],
        follow: [],
      }),
    ),
  });
  expect(sent.status).toBe(200);
}

test('what was refused is told in words and dealt with', async ({ page, served }) => {
  await enter(page, served);
  await createCampaign(page, 'Refusés', 'Exercice');
  const campaign = /[0-9a-f-]{36}/.exec(page.url())?.[0] ?? '';
  await screen(page, 'Tablettes');
  await expect(page.getByText('Tout ce qui est arrivé a été pris.')).toBeVisible();
  await sendDamaged(page, served, campaign);
  await page.reload();
  const row = page.locator('tr[data-quarantine]');
  await expect(row).toHaveCount(1);
  await expect(row).toContainText('T-abîmée');
  await expect(row).toContainText('le serveur ne peut pas le lire');
  await noFault(page, 'quarantine');
  await row.getByRole('button', { name: /^Réessayer/ }).click();
  await expect(page.getByText('Pris : 0. Encore refusés : 1.')).toBeVisible();
  await row.getByRole('button', { name: /^Télécharger/ }).click();
  const why = page.getByRole('dialog');
  await why.getByRole('button', { name: 'Télécharger' }).click();
  await expect(why.getByText('Écrivez au moins dix caractères.')).toBeVisible();
  await why.getByLabel('Pourquoi').fill('comprendre ce qui est abîmé');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    why.getByRole('button', { name: 'Télécharger' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^maraude-\d+\.bin$/);
  await page.getByRole('button', { name: 'Language: English' }).click();
  await expect(row).toContainText('the server cannot read it');
  await page.getByRole('button', { name: 'Langue : français' }).click();
  await row.getByRole('button', { name: /^C’est réglé/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'C’est réglé' }).click();
  await expect(page.getByText('Tout ce qui est arrivé a été pris.')).toBeVisible();
});

test('a tablet tells how old its oldest unsent entry is, and is revoked', async ({
  page,
  served,
}) => {
  await enter(page, served);
  await createCampaign(page, 'À révoquer', 'Exercice');
  const campaign = /[0-9a-f-]{36}/.exec(page.url())?.[0] ?? '';
  await sendDamaged(page, served, campaign);
  await screen(page, 'Tablettes');
  const row = page.locator('tr[data-device]');
  await expect(row).toContainText('41 %');
  await expect(row.locator('[data-oldest-unsent]')).toContainText('il y a 3 h');
  await row.getByRole('button', { name: 'Révoquer' }).click();
  const asked = page.getByRole('dialog');
  const found = await new AxeBuilder({ page }).analyze();
  expect(found.violations.map((violation) => violation.id)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(row).toContainText('active');
  await row.getByRole('button', { name: 'Révoquer' }).click();
  await asked.getByRole('button', { name: 'Révoquer la tablette' }).click();
  await expect(row).toContainText('révoquée');
  await expect(row.getByRole('button', { name: 'Révoquer' })).toHaveCount(0);
});
