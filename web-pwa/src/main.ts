// Chooses between the tablet's app and the coordinators' console, and draws nothing itself. The
// tablet's is one file with this one, so that a slow tablet asks its cache once; the console is
// loaded where it is opened.
import { mount } from 'svelte';
import { applyPreferences } from './core/preferences.svelte';
import Field from './field/Field.svelte';

await applyPreferences();
const target = document.getElementById('app');
if (!target) throw new Error('index.html holds no #app');

const console_page = /^\/console(\/|$)/.test(location.pathname);
// The tablet's styles are here too: they ask whose page it is.
if (console_page) document.documentElement.dataset['app'] = 'console';
const App = console_page ? (await import('./console/Console.svelte')).default : Field;
target.replaceChildren();
mount(App, { target });
