// `cargo xtask screenshots`: photographs of a running demo, not a test.
import { defineConfig } from '@playwright/test';
import base from '../playwright.config';

export default defineConfig({
  ...base,
  testDir: '.',
  testMatch: 'screenshots.spec.ts',
  testIgnore: [],
  outputDir: '../test-results',
  timeout: 180_000,
});
