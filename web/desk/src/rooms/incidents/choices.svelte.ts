/** Categories, causes and results: read once, kept on the seat for when the core is away. */

import { get } from '../../api/client';
import type { Choices } from './types';

const KEY = 'beffroi.incidents.choices';

function kept(): Choices {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '') as Choices;
  } catch {
    return { categories: [], causes: {}, results: {}, without_result: [] };
  }
}

class ChoicesStore {
  all = $state.raw<Choices>(kept());

  async load(): Promise<void> {
    const found = await get<Choices>('/api/incidents/choices').catch(() => null);
    if (!found) return;
    this.all = found;
    localStorage.setItem(KEY, JSON.stringify(found));
  }
}

export const choices = new ChoicesStore();
