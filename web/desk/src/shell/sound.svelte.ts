/** The sound of the seat: one tone per priority, made here; browsers allow none before a gesture. */

import { topics } from '../store/topics.svelte';

type Tone = { hz: number; ms: number; gap: number; times: number };

const TONES: Record<number, Tone> = {
  1: { hz: 988, ms: 160, gap: 70, times: 4 },
  2: { hz: 784, ms: 180, gap: 110, times: 2 },
  3: { hz: 587, ms: 220, gap: 0, times: 1 },
  4: { hz: 440, ms: 160, gap: 0, times: 1 },
};
/** A critical alarm cannot be made inaudible on a seat. */
const CRITICAL_FLOOR = 0.35;
const REPEAT_MS = 60_000;
/** Arrivals closer than this sound once: a storm is one event to the ear. */
const STORM_MS = 4_000;

class Sound {
  armed = $state(false);
  volume = $state(Number(localStorage.getItem('beffroi.volume') ?? '0.6'));
  #context: AudioContext | null = null;
  #last = { at: -Infinity, priority: 9 };

  setVolume(value: number): void {
    this.volume = value;
    localStorage.setItem('beffroi.volume', String(value));
  }

  /** Arm after a gesture; plays the test tone so that a deaf seat is found now. */
  async test(): Promise<void> {
    this.#context ??= new AudioContext();
    await this.#context.resume();
    this.armed = this.#context.state === 'running';
    this.#play(3);
  }

  /** Sound an arrival unless a graver or equal one just sounded. */
  arrival(priority: number): void {
    const now = performance.now();
    if (now - this.#last.at < STORM_MS && priority >= this.#last.priority) return;
    this.#last = { at: now, priority };
    this.#play(priority);
  }

  #play(priority: number): void {
    const context = this.#context;
    const tone = TONES[priority];
    if (!context || !tone || context.state !== 'running') return;
    const volume = priority === 1 ? Math.max(CRITICAL_FLOOR, this.volume) : this.volume;
    for (let i = 0; i < tone.times; i++) {
      const start = context.currentTime + (i * (tone.ms + tone.gap)) / 1_000;
      beep(context, tone.hz, start, tone.ms / 1_000, volume);
    }
  }

  /** Follow the alarms of the feed; returns how to stop. */
  follow(sounding: () => { id: string; priority: number }[]): () => void {
    const heard = new Set<string>();
    let first = true;
    let seen = 0;
    const timer = setInterval(() => {
      const { version } = topics.of('alarms');
      const late = performance.now() - this.#last.at > REPEAT_MS;
      if (version === 0 || (version === seen && !late)) return;
      seen = version;
      let worst = 9;
      const now = sounding();
      for (const alarm of now) {
        if (!heard.has(alarm.id) && !first) worst = Math.min(worst, alarm.priority);
        heard.add(alarm.id);
      }
      if (heard.size > now.length * 2 + 1_000) prune(heard, now);
      first = false;
      if (worst < 9) this.arrival(worst);
      else if (now.some((a) => a.priority === 1) && late) this.arrival(1);
    }, 200);
    return () => clearInterval(timer);
  }
}

function prune(heard: Set<string>, now: { id: string }[]): void {
  heard.clear();
  for (const alarm of now) heard.add(alarm.id);
}

function beep(context: AudioContext, hz: number, at: number, seconds: number, volume: number): void {
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
}

export const sound = new Sound();
