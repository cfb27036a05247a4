/** Imports as their wizard reads them. */

import type { Micros } from '../../api/types';

export interface LayerCount {
  target: string;
  file: string;
  created: number;
  updated: number;
  unchanged: number;
  refused: number;
  ignored: number;
}

export interface ImportRecord {
  id: string;
  position: number;
  at: Micros;
  actor: string | null;
  mapping: string;
  title: string;
  attribution: string;
  counts: LayerCount[];
  state: 'committed' | 'undone';
}

export interface Said {
  code: string;
  text: string;
  file: string;
  line: number;
  excerpt: string;
}

export interface Job {
  id: string;
  purpose: 'import' | 'undo';
  state: string;
  stage: string;
  progress: number;
  mapping_text: string;
  title: string;
  counts: LayerCount[];
  changes: number;
  refused: number;
  notices: Said[];
  refusals: Said[];
  sample: { code: string; label: string; kind: string; created: boolean; fields: Record<string, [unknown, unknown]> }[];
  error: Said | null;
}
