/** A week of roster as it is edited: hours on the local clock, so that a week pasted keeps its hours across the clock change. */

import type { Micros } from '../../api/types';
import { fromLocal, toLocal } from '../../ui/format';

export interface Turn {
  kind: 'duty' | 'on_call';
  subject: string;
  start: Micros;
  end: Micros;
  rank: number;
  delay_min: number;
}

/** One on-call turn being edited: local times as `2025-06-23T08:00`. */
export interface Watch {
  subject: string;
  rank: number;
  from: string;
  to: string;
  delay_min: number;
}

export interface Week {
  /** Days of the week, `2025-06-23`, Monday first. */
  days: string[];
  /** Seven cells by crew: « 05:00-12:00 13:00-17:00 ». */
  duty: Record<string, string[]>;
  watches: Watch[];
}

export class BadCell extends Error {
  constructor(readonly crew: string, readonly day: string, readonly text: string) {
    super(text);
  }
}

const DAY_MS = 86_400_000;
const SPAN = /^(\d{1,2})[:h](\d{2})-(\d{1,2})[:h](\d{2})$/;

/** Return a day so many days after another. */
export function plusDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Return the Monday of the week in which a time falls. */
export function mondayOf(at: Micros, zone: string): string {
  const day = toLocal(at, zone).slice(0, 10);
  return plusDays(day, -((new Date(`${day}T00:00Z`).getUTCDay() + 6) % 7));
}

/** Return the bounds of a week in µs UTC: 167 to 169 hours apart. */
export function bounds(monday: string, zone: string): { start: Micros; end: Micros } {
  return { start: fromLocal(`${monday}T00:00`, zone), end: fromLocal(`${plusDays(monday, 7)}T00:00`, zone) };
}

/** Return the turns of a week as they are edited. */
export function readWeek(turns: Turn[], crews: string[], monday: string, zone: string): Week {
  const days = Array.from({ length: 7 }, (_, number) => plusDays(monday, number));
  const duty: Record<string, string[]> = Object.fromEntries(crews.map((crew) => [crew, days.map(() => '')]));
  const watches: Watch[] = [];
  for (const turn of turns) {
    const [from, to] = [toLocal(turn.start, zone), toLocal(turn.end, zone)];
    const place = days.indexOf(from.slice(0, 10));
    if (place < 0) continue;
    if (turn.kind === 'on_call') watches.push({ subject: turn.subject, rank: turn.rank, from, to, delay_min: turn.delay_min });
    else {
      const row = (duty[turn.subject] ??= days.map(() => ''));
      row[place] = `${row[place]} ${from.slice(11)}-${to.slice(11)}`.trim();
    }
  }
  watches.sort((a, b) => a.rank - b.rank || a.from.localeCompare(b.from));
  return { days, duty, watches };
}

/** Return the turns that a week as edited means; throws BadCell where it cannot be read. */
export function writeWeek(week: Week, zone: string): Turn[] {
  const turns: Turn[] = [];
  for (const [crew, cells] of Object.entries(week.duty)) {
    cells.forEach((cell, place) => {
      for (const text of cell.split(/\s+/).filter(Boolean)) turns.push(span(crew, week.days[place]!, text, zone));
    });
  }
  for (const watch of week.watches) {
    turns.push({ kind: 'on_call', subject: watch.subject, start: fromLocal(watch.from, zone), end: fromLocal(watch.to, zone), rank: watch.rank, delay_min: watch.delay_min });
  }
  return turns;
}

function span(crew: string, day: string, text: string, zone: string): Turn {
  const found = SPAN.exec(text);
  if (!found) throw new BadCell(crew, day, text);
  const [from, to] = [`${found[1]!.padStart(2, '0')}:${found[2]}`, `${found[3]!.padStart(2, '0')}:${found[4]}`];
  const start = fromLocal(`${day}T${from}`, zone);
  // an end at or before the start is the next day's: a night
  const end = fromLocal(`${to > from ? day : plusDays(day, 1)}T${to}`, zone);
  if (Number.isNaN(start) || Number.isNaN(end)) throw new BadCell(crew, day, text);
  return { kind: 'duty', subject: crew, start, end, rank: 0, delay_min: 0 };
}

/** Return the week moved to another Monday: same hours on the local clock. */
export function paste(week: Week, monday: string): Week {
  const by = Math.round((Date.parse(`${monday}T00:00Z`) - Date.parse(`${week.days[0]}T00:00Z`)) / DAY_MS);
  const move = (local: string) => plusDays(local.slice(0, 10), by) + local.slice(10);
  return {
    days: week.days.map((day) => plusDays(day, by)),
    duty: structuredClone(week.duty),
    watches: week.watches.map((watch) => ({ ...watch, from: move(watch.from), to: move(watch.to) })),
  };
}

export interface Gap {
  rank: number;
  from: Micros;
  to: Micros;
}

/** List when nobody holds a rank of the on-call list between two times; only for ranks that the list knows. */
export function gaps(turns: Turn[], ranks: number[], start: Micros, end: Micros): Gap[] {
  const found: Gap[] = [];
  for (const rank of ranks) {
    let held = start;
    const mine = turns.filter((turn) => turn.kind === 'on_call' && turn.rank === rank).sort((a, b) => a.start - b.start);
    for (const turn of mine) {
      if (turn.start > held) found.push({ rank, from: held, to: Math.min(turn.start, end) });
      held = Math.max(held, turn.end);
      if (held >= end) break;
    }
    if (held < end) found.push({ rank, from: held, to: end });
  }
  return found.filter((gap) => gap.from < gap.to);
}
