// `cargo xtask budget`: how soon the app can be used, on a browser slowed down. Not a test of what it does.
import { defineConfig } from '@playwright/test';
import base from '../../playwright.config';

export default defineConfig({
  ...base,
  testDir: '.',
  testMatch: 'startup.spec.ts',
  testIgnore: [],
  outputDir: '../../test-results',
  timeout: 420_000,
  retries: 0,
});
