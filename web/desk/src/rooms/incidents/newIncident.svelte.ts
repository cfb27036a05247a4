/** The field of `N`: open or not, what it proposes, and what Enter would do. */

import { commands } from '../../shell/commands.svelte';

class NewIncident {
  shown = $state(false);

  show(): void {
    this.shown = true;
  }

  close(): boolean {
    if (!this.shown) return false;
    this.shown = false;
    commands.queueList?.focus();
    return true;
  }
}

export const newIncident = new NewIncident();
