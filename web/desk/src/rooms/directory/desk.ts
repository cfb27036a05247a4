/** How the directory joins the desk: its page, its contacts in « what I am working on », its answers in Ctrl-K. */

import type { DeskRoom } from '../../shell/rooms';
import { desk } from '../../store/desk.svelte';
import ContactPanel from './ContactPanel.svelte';
import DirectoryPage from './DirectoryPage.svelte';
import ExpiringChip from './ExpiringChip.svelte';
import { directory, headOf, incidentInHand, phonesOf, underOf } from './model.svelte';
import { findOnCall } from './onCall';

const SHORTEST = 3;
const SHOWN = 5;

export default {
  pages: [{ name: 'directory', order: 54, daily: 8, component: DirectoryPage }],
  panels: { contact: ContactPanel },
  find: async (query, signal) => {
    if (query.length < SHORTEST) return [];
    const [found, onCall] = await Promise.all([directory.find(query, signal, SHOWN), findOnCall(query, signal).catch(() => [])]);
    const contacts = found.items.slice(0, SHOWN).map(({ contact }) => ({
      key: `contact-${contact.id}`,
      label: [headOf(contact), underOf(contact)].filter(Boolean).join(' · '),
      hint: phonesOf(contact)[0]?.number ?? '',
      run: () => {
        directory.incident = incidentInHand();
        desk.show({ kind: 'contact', id: contact.id }, null);
      },
    }));
    return [...onCall, ...contacts];
  },
  abnormal: [ExpiringChip],
  start: () => directory.start(),
} satisfies DeskRoom;
