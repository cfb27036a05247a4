import { describe, expect, it } from 'vitest';

import { i18n } from '../src/i18n/index.svelte';
import { saidOf } from '../src/rooms/journal/said';
import { session } from '../src/store/session.svelte';

i18n.server = {
  'alarms.raised': 'Alarme apparue : {alarm_class}', 'alarms.left_over': '{back} revenus, {count} restent : {codes}',
  'alarms.note.all_back': 'Retour : tout est revenu ({back}) · {place}', 'logbook.noted': 'Écriture automatique ({code})',
};
session.kinds = [{ name: 'circuit', alarm_classes: [{ name: 'tripped', label: { fr: 'Départ {name} déclenché', en: 'Circuit {name} tripped' } }] }] as never;

describe('a line of the journal', () => {
  it('names the class of alarm, not its code', () => {
    expect(saidOf('alarms.raised', { kind: 'circuit', alarm_class: 'tripped' })).toBe('Alarme apparue : Départ déclenché');
    expect(saidOf('alarms.raised', { alarm_class: 'tripped' })).toBe('Alarme apparue : Départ déclenché');
    expect(saidOf('alarms.raised', { alarm_class: 'unheard_of' })).toBe('Alarme apparue : unheard_of');
  });

  it('counts what is left, and shows no placeholder where a default was left out', () => {
    expect(saidOf('alarms.left_over', { back: 77, left: [['i', 'a', 'A045-87'], ['i', 'a', 'A045-90'], ['j', 'a', 'A045-87']] })).toBe('77 revenus, 2 restent : A045-87, A045-90');
    expect(saidOf('alarms.left_over', { back: 88 })).toBe('88 revenus, – restent : –');
  });

  it('says in full what an automatic line told', () => {
    expect(saidOf('logbook.noted', { code: 'alarms.note.all_back', params: { back: '88', place: 'Rue Monge' } })).toBe('Retour : tout est revenu (88) · Rue Monge');
    expect(saidOf('logbook.noted', { code: 'gone.since' })).toBe('Écriture automatique (gone.since)');
  });

  it('says nothing of what the catalogue does not know', () => expect(saidOf('x.y', {})).toBeNull());
});
