/** Which key means what: by the character it types, never by its place on the keyboard (AZERTY, QWERTY alike). */

export type Command =
  | 'next' | 'previous' | 'first' | 'last' | 'open' | 'close' | 'acknowledge' | 'take' | 'order' | 'write' | 'keys'
  | 'palette' | 'undo' | 'around' | 'queue' | 'turn';

export interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  repeat?: boolean;
}

export interface Focus {
  /** The queue holds the focus: only then single letters act. */
  queue: boolean;
  /** A field is being typed in. */
  typing: boolean;
}

const LETTERS: Record<string, Command> = {
  a: 'acknowledge', p: 'take', o: 'order', m: 'write', j: 'next', k: 'previous', g: 'around', '?': 'keys',
};
const NAMED: Record<string, Command> = {
  ArrowDown: 'next', ArrowUp: 'previous', Home: 'first', End: 'last', Enter: 'open', ' ': 'turn',
};
/** What must not fire again while the key stays down. */
const ONCE = new Set<Command>(['acknowledge', 'take', 'order', 'write', 'keys', 'palette', 'undo', 'open', 'around', 'turn']);

/** Return the command of a key press in a focus, or nothing. */
export function resolve(press: KeyPress, focus: Focus): Command | null {
  const found = find(press, focus);
  return found && press.repeat && ONCE.has(found) ? null : found;
}

function find(press: KeyPress, focus: Focus): Command | null {
  const control = press.ctrlKey || press.metaKey;
  if (control && !press.altKey && press.key.toLowerCase() === 'k') return 'palette';
  if (control && !press.altKey && press.key.toLowerCase() === 'z' && !focus.typing) return 'undo';
  // AltGr types characters on AZERTY and reads as Ctrl+Alt: never a command
  if (control || press.altKey) return null;
  if (press.key === 'Escape') return 'close';
  if (focus.typing) return null;
  if (press.key.toLowerCase() === 'm') return 'write';
  if (!focus.queue) return null;
  return NAMED[press.key] ?? LETTERS[press.key.toLowerCase()] ?? null;
}

/** Tell whether a key that a room brings is meant by this press. */
export function isFor(key: { key: string; anywhere?: boolean }, press: KeyPress, focus: Focus): boolean {
  if (press.ctrlKey || press.metaKey || press.altKey || press.repeat) return false;
  return press.key.toLowerCase() === key.key && !focus.typing && (focus.queue || !!key.anywhere);
}

/** Tell where the focus is. */
export function focusOf(target: EventTarget | null): Focus {
  const element = target instanceof HTMLElement ? target : null;
  const typing = !!element?.closest('input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]');
  return { queue: !!element?.closest('[data-queue]'), typing };
}
