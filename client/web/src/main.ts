import { mount } from 'svelte';
import { createCore } from './app/core';
import App from './face/App.svelte';
import './styles/theme.css';
import './styles/base.css';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app');

// Another link to the same address, pasted into this page, changes only what follows its #: come in by it.
window.addEventListener('hashchange', () => location.reload());

mount(App, { target, props: { core: createCore(), location } });
