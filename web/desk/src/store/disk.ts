/**
 * The seat's disk: values by key in one IndexedDB, shared by the windows of the seat and by their workers.
 *
 * A browser writes what localStorage holds seconds later: a killed one loses it. What is written here is in the hands of
 * the operating system once the promise is fulfilled, and with `strict` on the disk itself.
 */

const NAME = 'beffroi';
const STORE = 'kept';

let opened: Promise<IDBDatabase> | null = null;

function database(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
    asked.onsuccess = () => {
      asked.result.onclose = () => (opened = null);
      resolve(asked.result);
    };
    asked.onerror = () => reject(asked.error ?? new Error('disk'));
  });
  opened.catch(() => (opened = null));
  return opened;
}

async function run<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T> | void, strict = false): Promise<T> {
  const base = await database();
  return new Promise<T>((resolve, reject) => {
    const transaction = base.transaction(STORE, mode, { durability: strict ? 'strict' : 'relaxed' });
    const asked = work(transaction.objectStore(STORE));
    transaction.oncomplete = () => resolve((asked ? asked.result : undefined) as T);
    transaction.onabort = transaction.onerror = () => reject(transaction.error ?? new Error('disk'));
  });
}

function range(prefix: string): IDBKeyRange {
  return IDBKeyRange.bound(prefix, `${prefix}\uffff`);
}

export const disk = {
  /** Return the value of a key, or nothing. */
  find<T>(key: string): Promise<T | undefined> {
    return run<T>('readonly', (store) => store.get(key) as IDBRequest<T>);
  },

  /** Return the keys and values whose key begins so, in order of key. */
  async list<T>(prefix: string): Promise<[string, T][]> {
    const keys = await run<IDBValidKey[]>('readonly', (store) => store.getAllKeys(range(prefix)));
    const values = await run<T[]>('readonly', (store) => store.getAll(range(prefix)) as IDBRequest<T[]>);
    return keys.map((key, place) => [String(key), values[place]!]);
  },

  /** Keep values, all of them or none. */
  async keep(values: [string, unknown][], strict = false): Promise<void> {
    await run('readwrite', (store) => {
      for (const [key, value] of values) store.put(value, key);
    }, strict);
  },

  /** Keep values instead of everything whose key begins so. */
  async replace(prefix: string, values: [string, unknown][]): Promise<void> {
    await run('readwrite', (store) => {
      store.delete(range(prefix));
      for (const [key, value] of values) store.put(value, key);
    });
  },

  /** Forget one key. */
  async forget(key: string): Promise<void> {
    await run('readwrite', (store) => void store.delete(key));
  },

  /** Forget every key that begins so. */
  async forgetAll(prefix: string): Promise<void> {
    await run('readwrite', (store) => void store.delete(range(prefix)));
  },
};
