/** What is typed beside a state told by voice: who speaks, the hour that was said, the channel; each may be left out. Pure. */

import { readClock, SEASONS } from '../../ui/clockField';
import { fold } from '../../shell/palette';
import type { Channel } from './model';

const SPOKEN = new RegExp(`^(.*?)\\s*((?<=^|\\s)\\d{1,2}\\s*[:h.]?\\s*\\d{2}(?:${SEASONS})?)?\\s*(?:(?<=[\\d\\s]|^|\\d${SEASONS})([rta]))?$`, 'i');
const LETTERS: Record<string, Channel> = { r: 'radio', t: 'phone', a: 'application' };

/** Who can be meant: whatever the room calls them by (call sign, painted number, street, number of the event). */
export interface Speaker {
  id: string;
  words: string;
}

export interface Spoken {
  /** Those whom the words fit; nothing typed about them: none. */
  who: Speaker[];
  named: boolean;
  /** The hour as typed, empty: that of the key. */
  hour: string;
  channel: Channel | null;
}

/** Read « éclairage 8 2158t »: words of whoever spoke, then the hour, then the channel by its letter. */
export function readSpoken(text: string, speakers: Speaker[]): Spoken {
  const said = text.trim();
  const found = SPOKEN.exec(said)!;
  const [, name = '', hour = '', letter = ''] = found;
  const channel = letter ? LETTERS[letter.toLowerCase()]! : null;
  // « patrouille 112 » is a call sign before it is 01:12
  const whole = hour && name ? fitting(said, speakers) : [];
  if (whole.length) return { who: whole, named: true, hour: '', channel: null };
  if (hour && !readClock(hour)) return { who: [], named: true, hour, channel };
  return { who: name ? fitting(name, speakers) : [], named: !!name, hour, channel };
}

/** List who fits every word typed: the beginning of a word, a number whole. */
function fitting(text: string, speakers: Speaker[]): Speaker[] {
  const asked = wordsOf(text);
  if (!asked.length) return [];
  return speakers.filter((one) => {
    const known = wordsOf(one.words);
    return asked.every((word) => known.some((other) => (/^\d+$/.test(word) ? other === word : other.startsWith(word))));
  });
}

function wordsOf(text: string): string[] {
  return fold(text).split(/[^\p{L}\p{N}]+/u).filter(Boolean);
}
