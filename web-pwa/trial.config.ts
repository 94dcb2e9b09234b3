import { defineConfig } from '@playwright/test';
export default defineConfig({
  testDir: './e2e/console', workers: 1, reporter: 'list', timeout: 60_000, expect: { timeout: 8_000 },
  use: { locale: 'fr-FR', serviceWorkers: 'block', screenshot: 'only-on-failure', launchOptions: { executablePath: '/usr/bin/chromium', args: ['--no-sandbox','--disable-gpu','--use-angle=swiftshader','--enable-unsafe-swiftshader','--disable-background-networking','--disable-component-update','--disable-sync','--no-first-run'] } },
  outputDir: '/tmp/wc/results',
});
