/** Small choices of a seat, kept where there is room: a full or forbidden storage takes away the memory, never the gesture. */

/** Keep a choice. */
export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // chosen for now
  }
}
