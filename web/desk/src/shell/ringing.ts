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
/** Arrivals closer than this to one another sound once: a storm is one event to the ear, as long as a repetition. */
export const STORM_MS = 4_000;
const CRITICAL = 1;
const FORGET_ABOVE = 1_000;

export class Ringing {
  #heard = new Set<string>();
  #first = true;
  /** The storm under way: when it sounded, of which priority, and its last arrival. */
  #storm = { sounded: -Infinity, priority: 9, last: -Infinity };
  /** A repetition counts from the last critical sound: what is less grave never puts it off. */
  #critical = -Infinity;

  /** Return the priority to sound now, or nothing; called each time the list may have changed, and each second anyway. */
  judge(now: number, list: readonly Sounding[]): number | null {
    const worst = this.#arrivals(list);
    const covered = worst === null || this.#covers(now, worst);
    if (worst !== null) this.#storm.last = now;
    if (this.due(now) && list.some((one) => one.priority === CRITICAL)) return this.#sound(now, CRITICAL);
    return covered ? null : this.#sound(now, worst);
  }

  /** Tell whether what arrives belongs to a storm that the ear knows. */
  #covers(now: number, worst: number): boolean {
    const { sounded, priority, last } = this.#storm;
    return now - last < STORM_MS && now - sounded < REPEAT_MS && worst >= priority;
  }

  /** Tell whether a repetition may be due, whatever changed. */
  due(now: number): boolean {
    return now - this.#critical >= REPEAT_MS;
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
    this.#storm = { sounded: now, priority, last: now };
    if (priority === CRITICAL) this.#critical = now;
    return priority;
  }
}

/** Return the critical ones that waited long enough to be the chef de salle's; `now` µs of the city, `rate` its pace. */
export function escalated<T extends Sounding>(list: readonly T[], now: number, rate: number): T[] {
  const wait = ESCALATE_MS * 1_000 * Math.max(1, rate);
  return list.filter((one) => one.priority === CRITICAL && one.since !== undefined && now - one.since >= wait);
}
