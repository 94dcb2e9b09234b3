// The build: one page, the tablet's worker, the service worker.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { VitePWA } from 'vite-plugin-pwa';
import { defineConfig } from 'vitest/config';

/** The map's library alone weighs 1.7 MB before compression. */
const LARGEST_PRECACHED_BYTES = 6_000_000;

/** Svelte, Vite's loader, and our own modules, those of the tablet that its later screens use too; the map's library and the core stay apart. */
// Not English: it is loaded where it is chosen.
const SHARED =
  /preload-helper|rolldown.runtime|node_modules\/svelte\/|src\/(components|core|field|platform)\/|src\/locale\/(?!.*\.?en\.ts)/;

/** Observable Plot with what it draws by: the console's *Indicateurs* alone loads it, and no tablet keeps it. */
const CHARTS =
  /node_modules\/(@observablehq\/plot|d3(-[a-z-]+)?|internmap|isoformat|interval-tree-1d|binary-search-bounds|delaunator|robust-predicates)\//;

/** What draws QR codes: loaded where a file is shown as codes. */
const QR_CODES = /node_modules\/qr\//;

/** `maraude serve` for `npm run dev`. */
const SERVER = process.env['MARAUDE_SERVER'] ?? 'http://localhost:8600';

export default defineConfig({
  define: {
    __APP_VERSION__: JSON.stringify(process.env['MARAUDE_VERSION'] ?? '0.1.0'),
  },
  plugins: [
    svelte(),
    VitePWA({
      registerType: 'prompt',
      injectRegister: false,
      manifest: {
        id: '/',
        name: 'Maraude',
        short_name: 'Maraude',
        description: 'Compter les personnes à la rue, la nuit, sans réseau.',
        lang: 'fr',
        start_url: '/',
        scope: '/',
        display: 'standalone',
        background_color: '#0b0b0d',
        theme_color: '#0b0b0d',
        icons: [
          { src: '/icons/maraude.svg', sizes: 'any', type: 'image/svg+xml', purpose: 'any' },
          { src: '/icons/maraude-192.png', sizes: '192x192', type: 'image/png' },
          { src: '/icons/maraude-512.png', sizes: '512x512', type: 'image/png' },
          {
            src: '/icons/maraude-mask-512.png',
            sizes: '512x512',
            type: 'image/png',
            purpose: 'maskable',
          },
        ],
      },
      workbox: {
        globPatterns: ['**/*.{js,mjs,css,html,wasm,svg,png,woff2}'],
        globIgnores: ['**/charts-*.js'],
        maximumFileSizeToCacheInBytes: LARGEST_PRECACHED_BYTES,
        navigateFallback: '/index.html',
        navigateFallbackDenylist: [/^\/api\//, /^\/sync/, /^\/ogc/, /^\/open/, /^\/health/, /^\/metrics/],
        cleanupOutdatedCaches: true,
        // The page a tablet is enrolled in is kept offline too, and a newer version waits for it.
        clientsClaim: true,
        inlineWorkboxRuntime: true,
      },
    }),
  ],
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          // What tablet and console share, and the tablet's first and later screens, is one file: each file costs a slow tablet a request.
          groups: [
            { name: 'shared', test: SHARED, minShareCount: 2 },
            { name: 'charts', test: CHARTS },
            { name: 'qr-codes', test: QR_CODES },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': SERVER } },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
