// Makes this browser a device that has never seen the gate.

/** Empties what is stored instead of deleting it: an open connection would hold a deletion up. */
export async function forgetEverything(): Promise<void> {
  localStorage.clear();
  for (const { name } of await indexedDB.databases()) if (name) await empty(name);
}

function empty(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name);
    opening.addEventListener('error', () => reject(opening.error));
    opening.addEventListener('success', () => {
      const database = opening.result;
      const stores = [...database.objectStoreNames];
      if (stores.length === 0) return resolve();
      const transaction = database.transaction(stores, 'readwrite');
      for (const store of stores) transaction.objectStore(store).clear();
      transaction.addEventListener('complete', () => {
        database.close();
        resolve();
      });
      transaction.addEventListener('abort', () => reject(transaction.error));
    });
  });
}
