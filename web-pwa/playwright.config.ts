// Browser tests on the system's Chromium; each starts the servers it needs.
import { defineConfig } from '@playwright/test';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';

/** What Chromium needs as root, without a screen and without asking anything of its maker. */
export const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--disable-gpu-rasterization',
  '--disable-gpu-compositing',
];

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  testIgnore: ['**/screenshots.spec.ts', '**/startup.spec.ts'],
  outputDir: 'test-results',
  globalSetup: resolve(import.meta.dirname, 'e2e/logged.ts'),
  // Whole files side by side.
  workers: Math.min(2, availableParallelism()),
  timeout: 240_000,
  // A shared machine may stall a page; a test that fails twice has failed.
  retries: 1,
  expect: { timeout: 20_000 },
  reporter: 'list',
  use: {
    locale: 'fr-FR',
    timezoneId: 'Europe/Paris',
    viewport: { width: 1280, height: 800 },
    launchOptions: {
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: CHROMIUM_FLAGS,
    },
  },
});
