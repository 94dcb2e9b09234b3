/**
 * A server in front of the real one: it passes everything on, and does to the app's own files what a
 * test asks.
 *
 * For: tests of an app that is missing a part, that breaks, or that is offered a newer version.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { StandIn, passOn } from './pass-on';

/** The core's worker, by its path. */
const WORKER = /^\/assets\/worker-[^/]*\.js$/;

/**
 * Runs before the core's worker: a call into the core ends in a real trap of WebAssembly as many
 * times as the worker's `trapsToCome` says.
 */
export const TRAPS = `
const module = Uint8Array.from([
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, // WebAssembly, version 1
  1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, // one function without arguments
  7, 5, 1, 1, 0x74, 0, 0, //          exported as "t"
  10, 5, 1, 3, 0, 0, 0x0b, //         whose body is "unreachable"
]);
const trap = new WebAssembly.Instance(new WebAssembly.Module(module)).exports.t;
const load = WebAssembly.instantiateStreaming;
self.trapsToCome = 0;
WebAssembly.instantiateStreaming = async (...given) => {
  const loaded = await load.apply(WebAssembly, given);
  const exports = { ...loaded.instance.exports };
  const own = exports.tabletdoor_dispatch;
  exports.tabletdoor_dispatch = (...call) => {
    if (self.trapsToCome > 0) {
      self.trapsToCome -= 1;
      trap();
    }
    return own(...call);
  };
  return { module: loaded.module, instance: { exports } };
};
`;

/** Runs before the core's worker: a browser that lets the page keep nothing. */
export const NO_STORAGE = `
navigator.storage.getDirectory = () => Promise.reject(new DOMException('no', 'SecurityError'));
Object.defineProperty(self, 'indexedDB', { value: undefined });
`;

/** See the module. */
export class Front extends StandIn {
  /** Run in the core's worker before the app's own script. */
  beforeWorker = '';
  /** Paths that are answered 404. */
  missing: RegExp | null = null;
  /** Counts up with each newer version of the app that is offered. */
  version = 0;

  static before(behind: string): Promise<Front> {
    return new Front(new URL(behind)).listen();
  }

  protected answer(asked: IncomingMessage, reply: ServerResponse): void {
    const path = new URL(asked.url ?? '/', this.base).pathname;
    if (this.missing?.test(path)) {
      reply.writeHead(404);
      reply.end();
      return;
    }
    if (WORKER.test(path) && this.beforeWorker !== '') {
      // A script's imports come before its first line: the app's own is loaded after it.
      if (new URL(asked.url ?? '/', this.base).searchParams.has('own')) {
        return passOn(asked, reply, this.behind);
      }
      reply.writeHead(200, { 'content-type': 'text/javascript' });
      reply.end(`${this.beforeWorker}\nawait import('${path}?own');\n`);
      return;
    }
    if (path === '/sw.js' && this.version > 0) {
      return passOn(asked, reply, this.behind, (script) => `${script}\n// version ${this.version}\n`);
    }
    passOn(asked, reply, this.behind);
  }
}
