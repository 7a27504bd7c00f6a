// Takes a license away from the browser that a test runs in, as the client keeps it there (client/storage.ts).

const RECORD = 'license-gate:record:';
const DATABASE = 'license-gate';
const VALUES = 'keyval';

/**
 * Makes this page's browser forget what it has stored of one license server. It leaves what a deactivation in another
 * tab leaves, which is newer than anything stored and so counts everywhere.
 *
 * @param url the license server's, without a trailing slash
 * @returns when also that is forgotten which a gate was about to store
 */
export async function forgetInBrowser(url: string): Promise<void> {
  if (typeof document === 'undefined') return; // Node's own localStorage is not ours
  markForgotten(url);
  await writesUnderWay().catch(() => {}); // where there is no database, nothing is under way
  markForgotten(url);
}

function markForgotten(url: string): void {
  for (const name of Object.keys(localStorage)) {
    if (!name.startsWith(`${RECORD}${url}|`)) continue;
    const { seenAt = 0 } = Object(JSON.parse(localStorage.getItem(name) ?? '')) as { seenAt?: number };
    localStorage.setItem(name, JSON.stringify({ removed: true, seenAt: seenAt + 1 }));
  }
}

/** A browser carries out the writes to a database in their order: when one of ours is done, those before it are. */
async function writesUnderWay(): Promise<void> {
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(DATABASE);
    request.addEventListener('upgradeneeded', () => request.transaction?.abort()); // it is not for us to make it
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error as DOMException));
  });
  try {
    const transaction = database.transaction(VALUES, 'readwrite');
    await new Promise((resolve) => transaction.addEventListener('complete', resolve));
  } finally {
    database.close();
  }
}
