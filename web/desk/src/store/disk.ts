/**
 * The seat's disk: values by key in one IndexedDB, shared by the windows of the seat and by their workers.
 *
 * A browser writes what localStorage holds seconds later: a killed one loses it. What is written here is in the hands of
 * the operating system once the promise is fulfilled, and with `strict` on the disk itself.
 */

const NAME = 'beffroi';
const KEPT = 'kept';
/** What hands are writing has a store of its own: a picture of the city being kept never makes a letter wait. */
const HANDS = 'hands';
const OF_HANDS = ['draft/', 'outbox/'];

function storeOf(key: string): string {
  return OF_HANDS.some((prefix) => key.startsWith(prefix)) ? HANDS : KEPT;
}

let opened: Promise<IDBDatabase> | null = null;

function database(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((resolve, reject) => {
    const asked = indexedDB.open(NAME, 2);
    asked.onupgradeneeded = () => {
      for (const name of [KEPT, HANDS]) if (!asked.result.objectStoreNames.contains(name)) asked.result.createObjectStore(name);
    };
    asked.onsuccess = () => {
      asked.result.onclose = () => (opened = null);
      // another window opens a newer program: it must not wait for this one
      asked.result.onversionchange = () => {
        asked.result.close();
        opened = null;
      };
      resolve(asked.result);
    };
    asked.onerror = () => reject(asked.error ?? new Error('disk'));
  });
  opened.catch(() => (opened = null));
  return opened;
}

/** Do some work on the store of a key; the answer is what it asked, once all of it is in the hands of the disk. */
async function run<T>(mode: IDBTransactionMode, key: string, work: (store: IDBObjectStore) => IDBRequest<T> | void, strict = false): Promise<T> {
  const base = await database();
  return new Promise<T>((resolve, reject) => {
    const transaction = base.transaction(storeOf(key), mode, { durability: strict ? 'strict' : 'relaxed' });
    const asked = work(transaction.objectStore(storeOf(key)));
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
    return run<T>('readonly', key, (store) => store.get(key) as IDBRequest<T>);
  },

  /** Return the keys and values whose key begins so, in order of key. */
  async list<T>(prefix: string): Promise<[string, T][]> {
    let keys: IDBRequest<IDBValidKey[]> | undefined;
    // both of one instant: another window may write between two
    const values = await run<T[]>('readonly', prefix, (store) => {
      keys = store.getAllKeys(range(prefix));
      return store.getAll(range(prefix)) as IDBRequest<T[]>;
    });
    return (keys?.result ?? []).map((key, place) => [String(key), values[place]!]);
  },

  /** Keep values of one store, all of them or none. */
  async keep(values: [string, unknown][], strict = false): Promise<void> {
    if (!values.length) return;
    await run('readwrite', values[0]![0], (store) => {
      for (const [key, value] of values) store.put(value, key);
    }, strict);
  },

  /** Keep values instead of everything whose key begins so. */
  async replace(prefix: string, values: [string, unknown][]): Promise<void> {
    await run('readwrite', prefix, (store) => {
      store.delete(range(prefix));
      for (const [key, value] of values) store.put(value, key);
    });
  },

  /** Forget one key. */
  async forget(key: string): Promise<void> {
    await run('readwrite', key, (store) => void store.delete(key));
  },

  /** Forget every key that begins so. */
  async forgetAll(prefix: string): Promise<void> {
    await run('readwrite', prefix, (store) => void store.delete(range(prefix)));
  },
};
