/** How the main courante joins the desk: its page; the strip under the map is the frame's own. */

import type { DeskRoom } from '../../shell/rooms';
import LogbookPage from './LogbookPage.svelte';

export default {
  pages: [{ name: 'logbook', order: 50, daily: 6, component: LogbookPage }],
} satisfies DeskRoom;
