/** How the work items join the desk: their page. */

import type { DeskRoom } from '../../shell/rooms';
import WorkItemsPage from './WorkItemsPage.svelte';

export default { pages: [{ name: 'work', right: 'view', order: 40, daily: 9, component: WorkItemsPage }] } satisfies DeskRoom;
