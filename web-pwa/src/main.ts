// Chooses between the tablet's app and the coordinators' console, and draws nothing itself.
import { mount } from 'svelte';
import { applyPreferences } from './core/preferences.svelte';

await applyPreferences();
const target = document.getElementById('app');
if (!target) throw new Error('index.html holds no #app');

const console_page = /^\/console(\/|$)/.test(location.pathname);
const page = console_page
  ? await import('./console/Console.svelte')
  : await import('./field/Field.svelte');
target.replaceChildren();
mount(page.default, { target });
