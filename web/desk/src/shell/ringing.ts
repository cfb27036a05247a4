/** When a seat sounds: pure decisions over what asks for the ear, time passed in as ms. */

export interface Sounding {
  /** What it is, the same as long as it is the same thing. */
  id: string;
  /** 1 critical to 4 low. */
  priority: number;
  /** Since when it asks, µs of the city; nothing: since it was first seen. */
  since?: number;
  /** Trades whose desks answer it; without them the kind of the alarm tells, or it is everybody's. */
  trades?: readonly string[];
  /** It is the chef de salle's from the start. */
  chief?: boolean;
}

/** A critical alarm that nobody acknowledged sounds again. */
export const REPEAT_MS = 60_000;
/** Then it moves to the chef de salle. */
export const ESCALATE_MS = 120_000;
/** Arrivals closer than this sound once: a storm is one event to the ear. */
export const STORM_MS = 4_000;
const CRITICAL = 1;
const FORGET_ABOVE = 1_000;

export class Ringing {
  #heard = new Set<string>();
  #first = true;
  #last = { at: -Infinity, priority: 9 };

  /** Return the priority to sound now, or nothing; called each time the list may have changed, and each second anyway. */
  judge(now: number, list: readonly Sounding[]): number | null {
    const worst = this.#arrivals(list);
    if (worst !== null) {
      const covered = now - this.#last.at < STORM_MS && worst >= this.#last.priority;
      return covered ? null : this.#sound(now, worst);
    }
    const repeats = now - this.#last.at >= REPEAT_MS && list.some((one) => one.priority === CRITICAL);
    return repeats ? this.#sound(now, CRITICAL) : null;
  }

  /** Tell whether a repetition may be due, whatever changed. */
  due(now: number): boolean {
    return now - this.#last.at >= REPEAT_MS;
  }

  #arrivals(list: readonly Sounding[]): number | null {
    let worst = 9;
    for (const { id, priority } of list) {
      if (this.#heard.has(id)) continue;
      this.#heard.add(id);
      if (!this.#first) worst = Math.min(worst, priority);
    }
    this.#first = false;
    if (this.#heard.size > list.length * 2 + FORGET_ABOVE) this.#heard = new Set(list.map((one) => one.id));
    return worst < 9 ? worst : null;
  }

  #sound(now: number, priority: number): number {
    this.#last = { at: now, priority };
    return priority;
  }
}

/** Return the critical ones that waited long enough to be the chef de salle's; `now` µs of the city, `rate` its pace. */
export function escalated<T extends Sounding>(list: readonly T[], now: number, rate: number): T[] {
  const wait = ESCALATE_MS * 1_000 * Math.max(1, rate);
  return list.filter((one) => one.priority === CRITICAL && one.since !== undefined && now - one.since >= wait);
}
