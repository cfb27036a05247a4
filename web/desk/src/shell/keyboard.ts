/** Which key means what: by the character it types, never by its place on the keyboard (AZERTY, QWERTY alike). */

export type Command =
  | 'next' | 'previous' | 'first' | 'last' | 'open' | 'close' | 'acknowledge' | 'take' | 'order' | 'write' | 'keys'
  | 'palette' | 'undo' | 'around' | 'queue' | 'turn';

export interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey?: boolean;
  repeat?: boolean;
  /** Place on the keyboard (`Digit1`): looked at only where the character does not say. */
  code?: string;
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
/** What the top row of an AZERTY keyboard types without a capital, 0 to 9. */
const AZERTY = 'à&é"\'(-è_ç';
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

/**
 * Return the digit that a press means, or nothing: by its character, then by what AZERTY types on its top row without a
 * capital, and only then, for a character that says neither, by its place.
 */
export function digitOf(press: KeyPress): number | null {
  if (/^[0-9]$/.test(press.key)) return Number(press.key);
  const code = press.code ?? '';
  // the same characters stand elsewhere on other keyboards (- ' on QWERTY, - on the number pad): there they are no digit
  if (press.shiftKey || press.ctrlKey || press.metaKey || press.altKey || !/^(Digit[0-9])?$/.test(code)) return null;
  const place = code ? Number(code.slice(-1)) : null;
  const typed = press.key.length === 1 ? AZERTY.indexOf(press.key.toLowerCase()) : -1;
  if (typed < 0) return press.key.length === 1 ? place : null;
  // character and place that disagree are a keyboard we do not know: better nothing than another digit
  return place === null || place === typed ? typed : null;
}

/** Tell whether a key that a room brings is meant by this press. */
export function isFor(key: { key: string; anywhere?: boolean }, press: KeyPress, focus: Focus): boolean {
  if (press.ctrlKey || press.metaKey || press.altKey || press.repeat) return false;
  const same = /^[0-9]$/.test(key.key) ? digitOf(press) === Number(key.key) : press.key.toLowerCase() === key.key;
  return same && !focus.typing && (focus.queue || !!key.anywhere);
}

/** Tell where the focus is. */
export function focusOf(target: EventTarget | null): Focus {
  const element = target instanceof HTMLElement ? target : null;
  const typing = !!element?.closest('input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]');
  return { queue: !!element?.closest('[data-queue]'), typing };
}
