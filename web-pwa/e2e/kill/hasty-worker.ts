/**
 * A fault planted on purpose: the worker's storage says that bytes are written a moment before they
 * are. It exists in this test's origin alone.
 */

/** How long what was told as written stays in memory. */
const DELAY_MS = 60;

/** The script of a worker like the app's own, over such a storage. */
export const HASTY_WORKER = (own: string): string => `
const Handle = FileSystemSyncAccessHandle.prototype;
const { write, getSize, read, truncate, close } = Handle;
const waiting = new Map();
const due = (handle) => waiting.get(handle) ?? [];
function settle(handle) {
  for (const { bytes, at } of due(handle)) write.call(handle, bytes, { at });
  waiting.delete(handle);
}
Handle.write = function (from, options) {
  const bytes = from.slice();
  waiting.set(this, [...due(this), { bytes, at: options.at }]);
  setTimeout(() => { try { settle(this); } catch {} }, ${DELAY_MS});
  return bytes.length;
};
Handle.getSize = function () {
  const ends = due(this).map(({ bytes, at }) => at + bytes.length);
  return Math.max(getSize.call(this), ...ends);
};
for (const [name, own] of Object.entries({ read, truncate, close })) {
  Handle[name] = function (...args) { settle(this); return own.apply(this, args); };
}
await import('${own}');
`;
