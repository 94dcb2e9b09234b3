/**
 * Squares of the gazetteer, kept on the tablet: public streets, numbers and landmarks.
 *
 * For: the search of places. Fetched while there is network, read without.
 */

const PATH = '/api/gazetteer/';
const CACHE = 'maraude-gazetteer-1';
const LIMIT_MS = 60_000;
/** Squares kept at most; a city and what is around it takes about ten. */
const MOST = 40;

/** Texts of the squares on the tablet. */
export async function keptCells(): Promise<string[]> {
  try {
    const cache = await caches.open(CACHE);
    const replies = await Promise.all((await cache.keys()).map((key) => cache.match(key)));
    return await Promise.all(replies.flatMap((reply) => (reply ? [reply.text()] : [])));
  } catch {
    return [];
  }
}

/** Brings these squares up to date; tells whether anything on the tablet changed. */
export async function refreshCells(keys: readonly string[]): Promise<boolean> {
  try {
    const cache = await caches.open(CACHE);
    const wanted = keys.slice(0, MOST);
    const changed = await Promise.all(wanted.map((key) => refreshCell(cache, PATH + key)));
    const kept = await cache.keys();
    const spare = kept.filter(({ url }) => !wanted.some((key) => url.endsWith(PATH + key)));
    const going = spare.slice(0, Math.max(0, kept.length - MOST));
    await Promise.all(going.map((request) => cache.delete(request)));
    return changed.includes(true) || going.length > 0;
  } catch {
    return false;
  }
}

async function refreshCell(cache: Cache, path: string): Promise<boolean> {
  const tag = (await cache.match(path))?.headers.get('etag');
  const reply = await fetch(path, {
    credentials: 'omit',
    cache: 'no-store',
    redirect: 'error',
    headers: tag ? { 'if-none-match': tag } : {},
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  // The server has nothing there any more; an unreachable one is no reason to forget.
  if (reply.status === 404) return cache.delete(path);
  const json = reply.headers.get('content-type')?.startsWith('application/json') ?? false;
  if (!reply.ok || !json) return false;
  await cache.put(path, reply);
  return true;
}
