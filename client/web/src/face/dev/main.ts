/**
 * `npm run dev`, then /dev.html: the face with a fake square. Parameters: people, host, seat=0.3, empty, things, blind, at=/,
 * agenda=none, shift=-20 (minutes), topics=100 (at twenty tables), topic=2, table=Pine.
 */
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
  things: asked.has('things'),
  market: asked.get('agenda') === 'none' ? 'none'
    : asked.has('topics') ? { topics: Number(asked.get('topics')) } : { shift_min: Number(asked.get('shift') ?? 0) },
  door: !asked.has('blind'),
});
Object.assign(window, { core });

const target = document.getElementById('app');
if (!target) throw new Error('dev.html has no #app');
mount(App, { target, props: { core, location: { pathname: asked.get('at') ?? '/s/torg', hash: '#token', search: location.search } } });
