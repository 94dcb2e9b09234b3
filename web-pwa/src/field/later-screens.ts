// The screens that no start shows first: one file, loaded once the first screen is there.
export { default as Destroyed } from './unlock/Destroyed.svelte';
export { default as Enrol } from './enrol/Enrol.svelte';
export { default as EnrolAgain } from './enrol/EnrolAgain.svelte';
export { default as Entry } from './round/Entry.svelte';
export { default as Finish } from './round/Finish.svelte';
export { default as FormScreen } from './form/FormScreen.svelte';
export { default as Give } from './handover/Give.svelte';
export { default as MapScreen } from './map/MapScreen.svelte';
export { default as Receive } from './handover/Receive.svelte';
export { default as Send } from './send/Send.svelte';
export { default as Streets } from './round/Streets.svelte';
export { default as Settings } from './settings/Settings.svelte';
