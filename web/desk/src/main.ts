import './app.css';

import { mount } from 'svelte';

import App from './App.svelte';
import { setLang } from './i18n/index.svelte';
import { openDrafts } from './shell/draft';
import { openOutbox } from './shell/outbox.svelte';
import { findPage } from './shell/rooms';
import { desk } from './store/desk.svelte';
import { claimWindow, openWindows, windowNumber } from './store/seat';
import { installShell } from './store/standby';

/** A disk that does not answer must not keep the desk closed. */
const PATIENCE_MS = 8_000;

/** Take this window's place on the seat and bring back what it was writing. */
async function openSeat(): Promise<void> {
  await claimWindow();
  await Promise.all([openWindows().then((alive) => openDrafts(windowNumber, alive)), openOutbox()]);
}

const lang = localStorage.getItem('beffroi.lang');
document.documentElement.lang = lang === 'en' ? 'en' : 'fr';
if (lang === 'en') setLang('en');
installShell();
// whatever the disk of the seat refuses, the desk opens
await Promise.race([openSeat().catch(reportError), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
desk.open((page) => !!findPage(page));
mount(App, { target: document.getElementById('desk')! });
