import './app.css';

import { mount } from 'svelte';

import App from './App.svelte';
import { setLang } from './i18n/index.svelte';
import { desk } from './store/desk.svelte';
import { installShell } from './store/standby';

const lang = localStorage.getItem('beffroi.lang');
document.documentElement.lang = lang === 'en' ? 'en' : 'fr';
if (lang === 'en') setLang('en');
desk.open();
installShell();
mount(App, { target: document.getElementById('desk')! });
