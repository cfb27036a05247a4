/** The windows of one seat: each has its own number, told by a lock that goes with it, crashed or closed. */

const LOCK = 'beffroi.window.';
const NUMBER = 'beffroi.window';
const MOST = 9;
/** A page that reloads lets go of its number only once the new one is under way. */
const RELOAD_MS = 600;

/** This window's number on the seat: "1" is the first. */
export let windowNumber = '1';

/** Take the number that this window had, else the first free one. */
export async function claimWindow(): Promise<void> {
  const named = /^beffroi-(\d)$/.exec(window.name)?.[1];
  const had = named ?? sessionStorage.getItem(NUMBER);
  if (!navigator.locks) {
    windowNumber = named ?? '1';
    return;
  }
  windowNumber = had && (await take(had, RELOAD_MS)) ? had : await firstFree();
  window.name = `beffroi-${windowNumber}`;
  sessionStorage.setItem(NUMBER, windowNumber);
}

async function firstFree(): Promise<string> {
  for (let n = 1; n < MOST; n++) if (await take(String(n), 0)) return String(n);
  return String(MOST);
}

function take(number: string, patienceMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const options: LockOptions = patienceMs ? { signal: AbortSignal.timeout(patienceMs) } : { ifAvailable: true };
    navigator.locks
      .request(LOCK + number, options, (lock) => {
        resolve(!!lock);
        return lock ? new Promise(() => undefined) : undefined;
      })
      .catch(() => resolve(false));
  });
}

/** Return the numbers of the windows that are open now. */
export async function openWindows(): Promise<Set<string>> {
  if (!navigator.locks) return new Set([windowNumber]);
  const { held = [] } = await navigator.locks.query();
  return new Set(held.flatMap(({ name }) => (name?.startsWith(LOCK) ? [name.slice(LOCK.length)] : [])));
}
