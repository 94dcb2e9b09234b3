// Svelte: runes everywhere, accessibility warnings are errors (see the script `check`).
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

export default {
  preprocess: vitePreprocess(),
  compilerOptions: { runes: true },
};
