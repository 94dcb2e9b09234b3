/** The build's version, written by vite.config.ts. */
declare const __APP_VERSION__: string;
