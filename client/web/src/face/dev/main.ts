/** `npm run dev`, then /dev.html: the face with a fake square. Parameters: people, host, seat=0.3, empty, blind, at=/. */
import { mount } from 'svelte';
import App from '../App.svelte';
import '../../styles/theme.css';
import '../../styles/base.css';
import { FakeCore } from './fake_core';

const asked = new URLSearchParams(location.search);
const seat = asked.get('seat')?.split('.').map(Number);
const core = new FakeCore({
  people: asked.has('people') ? Number(asked.get('people')) : null,
  host: asked.has('host'),
  seat: seat ? [seat[0] ?? 0, seat[1] ?? 0] : null,
  empty: asked.has('empty'),
  door: !asked.has('blind'),
});
Object.assign(window, { core });

const target = document.getElementById('app');
if (!target) throw new Error('dev.html has no #app');
mount(App, { target, props: { core, location: { pathname: asked.get('at') ?? '/s/torg', hash: '#token' } } });
