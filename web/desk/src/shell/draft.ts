/** Drafts survive a crash of the browser: kept on the seat at every keystroke. */

/** Read a draft, or the empty text. */
export function readDraft(name: string): string {
  return localStorage.getItem(`beffroi.draft.${name}`) ?? '';
}

/** Keep a draft; empty forgets it. */
export function keepDraft(name: string, text: string): void {
  if (text) localStorage.setItem(`beffroi.draft.${name}`, text);
  else localStorage.removeItem(`beffroi.draft.${name}`);
}
