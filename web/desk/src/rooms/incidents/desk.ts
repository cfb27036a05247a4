/** What the events of the room bring to the desk. */

import { outbox } from '../../shell/outbox.svelte';
import type { DeskRoom } from '../../shell/rooms';

const room: DeskRoom = {
  start: () => outbox.start(),
};

export default room;
