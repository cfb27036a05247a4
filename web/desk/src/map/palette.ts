/** Colours of the map by theme; the same four alarm priorities as the lists. */

export type Theme = 'night' | 'day';
export type Rgb = [number, number, number];

export interface Palette {
  lit: Rgb;
  ink: Rgb;
  quiet: Rgb;
  fault: Rgb;
  lock: Rgb;
  ground: Rgb;
  priorities: Rgb[];
  halo: number;
}

function rgb(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [((value >> 16) & 255) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}

export const PALETTES: Record<Theme, Palette> = {
  night: {
    lit: rgb('#ffc46b'),
    ink: rgb('#8d9bab'),
    quiet: rgb('#7d8998'),
    fault: rgb('#f0e6d2'),
    lock: rgb('#9db8ff'),
    ground: rgb('#0b1015'),
    priorities: [rgb('#ff5d5d'), rgb('#ff9b3d'), rgb('#ffdc4a'), rgb('#8fb0cc')],
    halo: 0.42,
  },
  day: {
    lit: rgb('#b86a00'),
    ink: rgb('#5d6873'),
    quiet: rgb('#7e8893'),
    fault: rgb('#1c242c'),
    lock: rgb('#2f4fb5'),
    ground: rgb('#f4f5f3'),
    priorities: [rgb('#c8102e'), rgb('#c05300'), rgb('#8a6d00'), rgb('#46698a')],
    halo: 0.18,
  },
};

/** Colours of the ground: streets are drawn quieter than anything that lives. */
export const GROUND = {
  night: {
    ground: '#0b1015', commune: '#10171e', communeLine: '#33414f', green: '#0f1a17', water: '#12202d', street: '#1e2832',
    main: '#2b3845', name: '#8794a2', halo: '#0b1015', building: '#141b22', zone: '#161f28', place: '#aab6c2',
  },
  day: {
    ground: '#e9ebe8', commune: '#f4f5f3', communeLine: '#a9b0b5', green: '#dfe9da', water: '#cfdfe9', street: '#ffffff',
    main: '#ffffff', name: '#55606b', halo: '#f4f5f3', building: '#e3e5e2', zone: '#ebe7dc', place: '#3c4752',
  },
} as const;
