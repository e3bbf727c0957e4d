// What a page keeps in this browser across reloads: named values in IndexedDB, which holds more than a whole plan.

const DATABASE = "plan-atlas";
const TABLE = "kept";

function database() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function inTable(mode, act) {
  const opened = await database();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = opened.transaction(TABLE, mode);
      const request = act(transaction.objectStore(TABLE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    opened.close();
  }
}

/** The value kept under a name; undefined where there is none. */
export function kept(name) {
  return inTable("readonly", (table) => table.get(name));
}

/** Keep a value; null forgets it. */
export function keep(name, value) {
  return inTable("readwrite", (table) => (value === null ? table.delete(name) : table.put(value, name)));
}
