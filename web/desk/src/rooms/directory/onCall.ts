/** Tonight's on-call as Ctrl-K answers it: « astreinte », « astreinte éclairage », a name. */

import { get } from '../../api/client';
import { i18n, t } from '../../i18n/index.svelte';
import { fold } from '../../shell/palette';
import type { Entry } from '../../shell/rooms';
import { desk } from '../../store/desk.svelte';
import { live } from '../../store/live.svelte';
import { session } from '../../store/session.svelte';
import { until } from '../../ui/format';
import { rankWord, word, type OnCallNow } from '../dispatch/model';
import { isAboutDuty, wordsOf } from './model.svelte';

/** Return the on-call people that a question asks for: all of them when it only says « astreinte ». */
export async function findOnCall(query: string, signal: AbortSignal): Promise<Entry[]> {
  const words = wordsOf(query);
  if (live.lost || (!isAboutDuty(query) && !words.length)) return [];
  const lines = await get<OnCallNow[]>('/api/dispatch/on_call', signal);
  return pick(lines, words, isAboutDuty(query)).map((line) => ({
    key: `on-call-${line.trade}-${line.agent}`,
    label: [t('directory.onCall.label', { trade: line.trade ? word(`trade.${line.trade}`) : '' }).trim(), rankWord(line.rank), line.name].filter(Boolean).join(' · '),
    hint: line.phone || until(line.until, live.now, i18n.lang, session.zone),
    run: () => desk.go('dispatch'),
  }));
}

/** Keep the lines that hold every word; without words, all of them when the question is about duty. */
export function pick(lines: OnCallNow[], words: string[], duty: boolean): OnCallNow[] {
  if (!words.length) return duty ? lines : [];
  return lines.filter((line) => {
    // a name alone finds its person; a trade alone is no question about who is on call
    const text = fold(`${line.name} ${duty ? `${word(`trade.${line.trade}`)} ${rankWord(line.rank)}` : ''}`);
    return words.every((one) => text.includes(one));
  });
}
