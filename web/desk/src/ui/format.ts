/** How times, ages and figures are written in the room. Times in are µs UTC; the zone is the city's. */

import { formatNumber } from '../i18n/interpolate';

const US = 1_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function formatter(lang: string, zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = lang + zone + JSON.stringify(options);
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(lang === 'fr' ? 'fr-FR' : 'en-GB', { timeZone: zone, hourCycle: 'h23', ...options });
    formats.set(key, found);
  }
  return found;
}

/** UTC offset of a zone at a time, in minutes. */
export function offsetMinutes(at: number, zone: string): number {
  const ms = Math.floor(at / US / 1_000) * 1_000;
  const parts = formatter('en', zone, {
    year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
  }).formatToParts(ms);
  const part = (type: string) => Number(parts.find((p) => p.type === type)?.value);
  const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return Math.round((local - ms) / 60_000);
}

/** On the night when clocks go back, say which of the two same hours it is; empty otherwise. */
export function seasonMark(at: number, lang: string, zone: string): string {
  const hour = 3_600_000_000;
  const here = offsetMinutes(at, zone);
  const later = offsetMinutes(at + hour, zone);
  const earlier = offsetMinutes(at - hour, zone);
  if (later < here) return lang === 'fr' ? '(été)' : '(summer)';
  if (earlier > here) return lang === 'fr' ? '(hiver)' : '(winter)';
  return '';
}

/** 21:37, with the season on the one ambiguous night. */
export function clock(at: number, lang: string, zone: string): string {
  const text = formatter(lang, zone, { hour: '2-digit', minute: '2-digit' }).format(at / US);
  const mark = seasonMark(at, lang, zone);
  return mark ? `${text} ${mark}` : text;
}

/** 21:37:05. */
export function clockSeconds(at: number, lang: string, zone: string): string {
  return formatter(lang, zone, { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(at / US);
}

/** sam. 21 juin. */
export function day(at: number, lang: string, zone: string): string {
  return formatter(lang, zone, { weekday: 'short', day: 'numeric', month: 'short' }).format(at / US);
}

/** 21/06/2025 21:37:05. */
export function dateTime(at: number, lang: string, zone: string): string {
  return formatter(lang, zone, {
    year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
  }).format(at / US);
}

/** 21:37 today, otherwise sam. 21 juin 21:37. */
export function when(at: number, now: number, lang: string, zone: string): string {
  const time = clock(at, lang, zone);
  return day(at, lang, zone) === day(now, lang, zone) ? time : `${day(at, lang, zone)} ${time}`;
}

/** An end as the room says it: 06:30 within the coming day, otherwise with its date. */
export function until(at: number, now: number, lang: string, zone: string): string {
  return at - now < 20 * 3_600_000_000 && at > now ? clock(at, lang, zone) : when(at, now, lang, zone);
}

/** An age or what is left: 12 s, 4 min, 1 h 05, 3 j. */
export function duration(us: number, lang: string): string {
  const seconds = Math.max(0, Math.floor(us / 1_000_000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, '0')}`;
  return `${Math.floor(hours / 24)} ${lang === 'fr' ? 'j' : 'd'}`;
}

/** A figure with its unit, thin space between. */
export function quantity(value: number, unit: string, lang: string): string {
  if (unit === '°') return `${formatNumber(value, lang, 5)} ${unit}`;
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  const figure = formatNumber(value, lang, digits);
  return unit ? `${figure} ${unit}` : figure;
}

/** Return the µs UTC of a local date and time typed as 2025-06-21T21:37 in a zone; NaN when it is not one. */
export function fromLocal(text: string, zone: string): number {
  const naive = Date.parse(`${text}Z`);
  if (Number.isNaN(naive)) return Number.NaN;
  const guess = naive * US - offsetMinutes(naive * US, zone) * 60_000_000;
  return naive * US - offsetMinutes(guess, zone) * 60_000_000;
}

/** Return the value of a datetime-local field for a time. */
export function toLocal(at: number, zone: string): string {
  return new Date(at / US + offsetMinutes(at, zone) * 60_000).toISOString().slice(0, 16);
}

/** Return the next time the local clock shows hh:mm after `now`. */
export function nextClock(now: number, hour: number, minute: number, zone: string): number {
  const today = toLocal(now, zone).slice(0, 10);
  const text = `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
  const first = fromLocal(`${today}T${text}`, zone);
  if (first > now) return first;
  const tomorrow = new Date(Date.parse(`${today}T00:00Z`) + 86_400_000).toISOString().slice(0, 10);
  return fromLocal(`${tomorrow}T${text}`, zone);
}
