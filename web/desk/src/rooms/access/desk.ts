/** How access joins the desk: « Mon compte », in the menu and the palette. */

import type { DeskRoom } from '../../shell/rooms';
import AccountPage from './AccountPage.svelte';

export default {
  pages: [{ name: 'account', component: AccountPage }],
} satisfies DeskRoom;
