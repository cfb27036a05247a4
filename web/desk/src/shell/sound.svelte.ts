/**
 * The sound of the seat: one tone per priority, made here; browsers allow none before a gesture. One window of the seat
 * plays for all; whatever wants to be heard offers itself as a source.
 */

import { live } from '../store/live.svelte';
import { remember } from '../store/memory';
import { escalated, Ringing, type Sounding } from './ringing';

export type { Sounding } from './ringing';

/** What a room wants heard: alarms nobody acknowledged, an unheld desk, a reminder due, a ringing call. */
export interface Source {
  name: string;
  /** What asks for the ear now. */
  list: () => Sounding[];
  /** Grows when the list may have changed; without it the list is asked five times a second. */
  version?: () => number;
}

type Tone = { hz: number; ms: number; gap: number; times: number };

const TONES: Record<number, Tone> = {
  1: { hz: 988, ms: 160, gap: 70, times: 4 },
  2: { hz: 784, ms: 180, gap: 110, times: 2 },
  3: { hz: 587, ms: 220, gap: 0, times: 1 },
  4: { hz: 440, ms: 160, gap: 0, times: 1 },
};
/** A critical alarm cannot be made inaudible on a seat. */
const CRITICAL_FLOOR = 0.35;
const LOCK = 'beffroi.sound';
const TICK_MS = 200;
const LOOK_MS = 1_000;

class Sound {
  /** This window may play. */
  armed = $state(false);
  /** Some window of the seat plays. */
  heard = $state(false);
  volume = $state(Number(localStorage.getItem('beffroi.volume') ?? '0.6'));
  /** Critical and waiting for more than two minutes: the chef de salle's too. */
  overdue = $state.raw<Sounding[]>([]);
  /** What was played last, for whoever tests the seat. */
  played = $state.raw<{ priority: number; at: number; times: number } | null>(null);
  #leads = false;
  /** Ends the wait of this window for its turn, or its turn. */
  #turn: AbortController | null = null;
  #follows = false;
  #context: AudioContext | null = null;
  #sources = new Set<Source>();
  #concerns: (one: Sounding) => boolean = () => true;
  #takes: () => boolean = () => true;
  #ringing = new Ringing();
  #told = new Map<Source, { version: number | undefined; list: Sounding[] }>();
  #stale = true;
  #list: Sounding[] = [];
  /** The gravest that asked for the ear while nothing of the seat could play. */
  #unheard = 9;
  /** The tone under way; silent once nothing as grave asks any more. */
  #tone: { priority: number; ends: number; notes: OscillatorNode[] } | null = null;

  setVolume(value: number): void {
    this.volume = value;
    remember('beffroi.volume', String(value));
  }

  /** Arm after a gesture; plays the test tone so that a deaf seat is found now. */
  async test(): Promise<void> {
    const context = (this.#context ??= this.#open());
    await context.resume();
    this.armed = context.state === 'running';
    // whoever tests has the screen under the eyes
    this.#unheard = 9;
    this.#play(3);
    // the test is for the ear of who asked it, whatever else changes
    this.#tone = null;
    this.#claim();
  }

  /** Open the way to the loudspeaker; it may be taken away later (a call, a device unplugged, a tab put to sleep). */
  #open(): AudioContext {
    const context = new AudioContext();
    context.addEventListener('statechange', () => this.#turned(context));
    return context;
  }

  #turned(context: AudioContext): void {
    if (context !== this.#context) return;
    this.armed = context.state === 'running';
    this.#claim();
    if (context.state === 'closed') this.#context = null;
    // given back as soon as the browser allows it; until then the band says that the seat is deaf
    else if (!this.armed) void context.resume().catch(() => undefined);
  }

  /** This window plays from now on; what nobody heard meanwhile is heard now. */
  #lead(): void {
    this.#leads = this.heard = true;
    if (this.#unheard < 9) this.#play(this.#unheard);
  }

  /** Tell whether this window can be heard: armed, and in front of a desk that is somebody's. */
  #able(): boolean {
    return this.armed && this.#follows && live.started && !live.sessionEnded;
  }

  /** One armed window plays for the seat; the next one takes over when it goes, or can no longer. */
  #claim(): void {
    if (!this.#able()) return this.#leave();
    if (this.#turn) return;
    const { signal } = (this.#turn = new AbortController());
    if (!navigator.locks) return this.#lead();
    const played = navigator.locks.request(LOCK, { signal }, () => {
      if (signal.aborted) return;
      this.#lead();
      return new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    });
    // a wait that ends is no fault
    played.catch(() => undefined);
  }

  /** Give the turn back: a window that cannot play must not keep the others silent. */
  #leave(): void {
    this.#turn?.abort();
    this.#turn = null;
    if (this.#leads) this.heard = false;
    this.#leads = false;
  }

  /** Let a room be heard; returns how to stop. */
  offer(source: Source): () => void {
    this.#sources.add(source);
    return () => {
      this.#sources.delete(source);
      this.#told.delete(source);
      this.#stale = true;
    };
  }

  /** Say what concerns the desks that this seat holds; what is overdue concerns the chef de salle whatever the desk. */
  concern(concerns: (one: Sounding) => boolean): void {
    this.#concerns = concerns;
    this.#stale = true;
  }

  /** Say when this seat takes what waited too long. */
  chief(takes: () => boolean): void {
    this.#takes = takes;
  }

  #play(priority: number): void {
    const context = this.#context;
    const tone = TONES[priority];
    if (!context || !tone || context.state !== 'running') return;
    this.#unheard = 9;
    this.played = { priority, at: Date.now(), times: (this.played?.times ?? 0) + 1 };
    const volume = priority === 1 ? Math.max(CRITICAL_FLOOR, this.volume) : this.volume;
    const pitch = (tone.ms + tone.gap) / 1_000;
    const notes = Array.from({ length: tone.times }, (_, n) => beep(context, tone.hz, context.currentTime + n * pitch, tone.ms / 1_000, volume));
    this.#tone = { priority, ends: context.currentTime + tone.times * pitch, notes };
  }

  /** Cut the tone under way when what it was for no longer asks. */
  #hush(asking: readonly Sounding[]): void {
    const tone = this.#tone;
    if (!tone || asking.some(({ priority }) => priority <= tone.priority)) return;
    this.#tone = null;
    if (this.#context && this.#context.currentTime < tone.ends) for (const note of tone.notes) note.stop();
  }

  /** Listen to the sources; returns how to stop. */
  follow(): () => void {
    const turn = () => this.#tick(performance.now(), this.#takes());
    const tick = setInterval(turn, TICK_MS);
    const look = setInterval(() => void this.#look(), LOOK_MS);
    // a window covered for minutes has its timers held back to one a minute, not what its worker tells it
    live.whenFrame = turn;
    this.#follows = true;
    return () => {
      clearInterval(tick);
      clearInterval(look);
      live.whenFrame = null;
      this.#follows = false;
      this.#leave();
    };
  }

  #tick(now: number, takes: boolean): void {
    // what stands when the desk opens is no arrival
    if (!live.started) return;
    const changed = this.#gather();
    const critical = this.#list.some((one) => one.priority === 1);
    if (critical || this.overdue.length) this.#escalate();
    if (!changed && !critical && !this.#ringing.due(now)) return;
    const late = new Set(takes ? this.overdue.map((one) => one.id) : []);
    const asking = this.#list.filter((one) => late.has(one.id) || this.#concerns(one));
    const priority = this.#ringing.judge(now, asking);
    if (changed) this.#hush(asking);
    if (priority === null) return;
    if (!this.heard && !this.#turn) this.#unheard = Math.min(this.#unheard, priority);
    if (this.#leads) this.#play(priority);
  }

  /** Ask the sources that may have changed; tells whether one did. */
  #gather(): boolean {
    let changed = this.#stale;
    this.#stale = false;
    for (const source of this.#sources) {
      const version = source.version?.();
      const known = this.#told.get(source);
      if (known && version !== undefined && known.version === version) continue;
      this.#told.set(source, { version, list: source.list() });
      changed = true;
    }
    if (changed) this.#list = [...this.#sources].flatMap((source) => this.#told.get(source)?.list ?? []);
    return changed;
  }

  #escalate(): void {
    const late = escalated(this.#list, live.now, live.rate);
    const same = late.length === this.overdue.length && late.every((one, place) => one.id === this.overdue[place]!.id);
    if (!same) this.overdue = late;
  }

  /** Another window of the seat may be the one that plays. */
  async #look(): Promise<void> {
    this.#claim();
    if (!navigator.locks) return;
    const { held = [] } = await navigator.locks.query();
    this.heard = held.some((lock) => lock.name === LOCK);
  }
}

function beep(context: AudioContext, hz: number, at: number, seconds: number, volume: number): OscillatorNode {
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.type = 'triangle';
  oscillator.frequency.value = hz;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(volume * 0.5, at + 0.012);
  gain.gain.setValueAtTime(volume * 0.5, at + seconds - 0.03);
  gain.gain.linearRampToValueAtTime(0, at + seconds);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(at);
  oscillator.stop(at + seconds);
  return oscillator;
}

export const sound = new Sound();
