import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { backoff_ms } from '../src/app/backoff';
import { readLink, readTarget, socketAddress } from '../src/app/link';
import { Network } from '../src/app/network';
import type { Connection } from '../src/app/ports';
import type { SocketEvents } from '../src/wire/socket';
import type { ClientMessage, Microphone, RefusalCode, ServerMessage, Start } from '../src/wire/types';
import { serverMessages } from './fixtures';

const welcome = serverMessages.messages.find(({ type }) => type === 'welcome') as unknown as
  Extract<ServerMessage, { type: 'welcome' }>;

/** A server that a test plays by hand: each opened socket, what was said on it, and what it is told. */
class Sockets {
  readonly opened: { url: string; events: SocketEvents; said: ClientMessage[]; closed: boolean }[] = [];
  readonly open = (url: string, events: SocketEvents) => {
    const socket = { url, events, said: [] as ClientMessage[], closed: false };
    this.opened.push(socket);
    return { send: (message: ClientMessage) => socket.said.push(message), close: () => { socket.closed = true; } };
  };
  get last() { return this.opened.at(-1)!; }
  says(message: ServerMessage): void { this.last.events.message(message); }
  welcomes(): void {
    this.last.events.opened();
    this.says(welcome);
  }
}

function network(hash = '#TOKEN') {
  const sockets = new Sockets();
  const states: Connection[] = [];
  const messages: ServerMessage[] = [];
  const told: string[] = [];
  const me: { name: string; microphone: Microphone; start: Start | null; person: string | null } = {
    name: 'Ann', microphone: 'on', start: { at: { x: 3, y: 4 } }, person: 'ann-before',
  };
  const location = { protocol: 'https:', host: 'torg.example', pathname: '/s/torget', hash };
  const wired = new Network({ location, open: sockets.open, random: () => 0.5 }, {
    connection: (connection) => states.push(connection),
    message: (message) => messages.push(message),
    frame: () => undefined,
    quiet: () => told.push('quiet'),
    introduce: () => me,
  });
  return { wired, sockets, states, messages, told, state: () => states.at(-1)?.state };
}

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

describe('a link', () => {
  it('holds a space and a token', () => {
    expect(readLink({ pathname: '/s/torg-2026', hash: '#abc_-1' })).toEqual({ space: 'torg-2026', token: 'abc_-1' });
    expect(readLink({ pathname: '/s/torg-2026', hash: '' })).toBe('link');
    expect(readLink({ pathname: '/', hash: '#abc' })).toBe('unknown_space');
    expect(readLink({ pathname: '/s/../etc', hash: '#abc' })).toBe('unknown_space');
  });

  it('may lead to a topic or a table', () => {
    expect(readTarget('?topic=12')).toEqual({ topic: 12 });
    expect(readTarget('?table=Quiet%20talk')).toEqual({ table: 'Quiet talk' });
    expect(['', '?topic=x', '?topic=', '?table=', '?other=1'].map(readTarget)).toEqual([null, null, null, null, null]);
  });

  it('leads to a websocket of the same security', () => {
    expect(socketAddress({ protocol: 'https:', host: 'a.example' }, 's')).toBe('wss://a.example/ws/s');
    expect(socketAddress({ protocol: 'http:', host: '127.0.0.1:8080' }, 's')).toBe('ws://127.0.0.1:8080/ws/s');
  });
});

describe('waits between tries', () => {
  it('double from 0.3 s to 1 s, and are longer when the server has been away for a minute', () => {
    expect([1, 2, 3, 4, 60, 61, 100].map((attempt) => backoff_ms(attempt, 0.5)))
      .toEqual([300, 600, 1_000, 1_000, 1_000, 5_000, 5_000]);
  });

  it('stray by 30 %', () => {
    expect(backoff_ms(1, 0)).toBeCloseTo(210);
    expect(backoff_ms(1, 1)).toBeCloseTo(390);
  });
});

describe('coming in', () => {
  it('says hello with the token and tells the world before the connection', () => {
    const { wired, sockets, states, messages } = network();
    wired.join();
    expect(sockets.last.url).toBe('wss://torg.example/ws/torget');
    sockets.welcomes();
    expect(sockets.last.said[0]).toEqual({
      type: 'hello', protocol: 1, token: 'TOKEN', name: 'Ann', microphone: 'on', resume: null,
      start: { at: { x: 3, y: 4 } }, person: 'ann-before',
    });
    expect(states.map(({ state }) => state)).toEqual(['joining', 'in']);
    expect(messages).toEqual([welcome]);
  });

  it.each<RefusalCode>(['protocol_version', 'link', 'name', 'space_full'])('stays out when refused by %s', (code) => {
    const { wired, sockets, states } = network();
    wired.join();
    sockets.last.events.opened();
    sockets.says({ type: 'refused', code, message: 'No.', closes: true, request: null });
    vi.advanceTimersByTime(60_000);
    expect(states.at(-1)).toEqual({ state: 'refused', code, message: 'No.' });
    expect(sockets.opened).toHaveLength(1);
    wired.join();
    expect(sockets.opened).toHaveLength(2);
  });

  it('takes back a start that is refused', () => {
    const { wired, sockets, state } = network();
    wired.join();
    sockets.last.events.opened();
    sockets.says({ type: 'refused', code: 'table_full', message: 'Full.', closes: true, request: null });
    sockets.welcomes();
    expect(sockets.last.said[0]).toMatchObject({ type: 'hello', start: null });
    expect(state()).toBe('in');
  });

  it('is refused without a token', () => {
    const { wired, sockets, states } = network('');
    wired.join();
    expect(states).toMatchObject([{ state: 'refused', code: 'link' }]);
    expect(sockets.opened).toHaveLength(0);
  });
});

describe('the lobby', () => {
  it('waits as long as it takes, and goes on waiting when the line breaks', () => {
    const { wired, sockets, states, messages } = network();
    wired.join();
    sockets.last.events.opened();
    sockets.says({ type: 'in_lobby', name: 'Autumn gathering' });
    expect(states.at(-1)).toEqual({ state: 'lobby', name: 'Autumn gathering', lost: false });
    for (let seconds = 0; seconds < 1_200; seconds += 2) {
      vi.advanceTimersByTime(2_000);
      sockets.says({ type: 'pong', nonce: 0, server_time: 0 as never });
    }
    expect(sockets.opened).toHaveLength(1);
    expect(sockets.last.said.at(-1)).toMatchObject({ type: 'ping' });
    sockets.last.events.closed();
    expect(states.at(-1)).toEqual({ state: 'lobby', name: 'Autumn gathering', lost: true });
    vi.advanceTimersByTime(400);
    expect(sockets.opened).toHaveLength(2);
    sockets.last.events.opened();
    sockets.says({ type: 'in_lobby', name: 'Autumn gathering' });
    expect(states.at(-1)).toMatchObject({ state: 'lobby', lost: false });
    sockets.says(welcome);
    expect(states.at(-1)).toEqual({ state: 'in' });
    expect(messages.filter(({ type }) => type !== 'pong')).toEqual([welcome]);
  });

  it('ends with the words of who turned me away', () => {
    const { wired, sockets, states } = network();
    wired.join();
    sockets.last.events.opened();
    sockets.says({ type: 'in_lobby', name: 'Autumn gathering' });
    sockets.says({ type: 'refused', code: 'turned_away', message: 'Come at ten.', closes: true, request: null });
    vi.advanceTimersByTime(60_000);
    expect(states.at(-1)).toEqual({ state: 'refused', code: 'turned_away', message: 'Come at ten.' });
    expect(sockets.opened).toHaveLength(1);
  });
});

describe('being shown out', () => {
  it('is told in the words of who did it, and is for good', () => {
    const { wired, sockets, states, messages } = network();
    wired.join();
    sockets.welcomes();
    sockets.says({ type: 'refused', code: 'turned_away', message: 'Please rest.', closes: false, request: null });
    sockets.says({ type: 'goodbye', reason: 'removed' });
    vi.advanceTimersByTime(60_000);
    expect(states.at(-1)).toEqual({ state: 'over', reason: 'removed', words: 'Please rest.' });
    expect(messages).toEqual([welcome]);
    expect(sockets.opened).toHaveLength(1);
  });

  it('is noticed in the lobby when the line falls silent', () => {
    const { wired, sockets, states } = network();
    wired.join();
    sockets.last.events.opened();
    sockets.says({ type: 'in_lobby', name: 'Autumn gathering' });
    vi.advanceTimersByTime(10_000);
    expect(states.at(-1)).toMatchObject({ state: 'lobby', lost: true });
    expect(sockets.opened.length).toBeGreaterThan(1);
  });
});

describe('coming back', () => {
  it('tries for ever, ever more slowly, with the resume token', () => {
    const { wired, sockets, states } = network();
    wired.join();
    sockets.welcomes();
    // The line breaks before anything came but the welcome.
    sockets.last.events.closed();
    expect(states.at(-1)).toMatchObject({ state: 'reconnecting', attempt: 1 });
    vi.advanceTimersByTime(299);
    expect(sockets.opened).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(sockets.opened).toHaveLength(2);
    for (let attempt = 2; attempt < 50; attempt += 1) {
      sockets.last.events.closed();
      expect(states.at(-1)).toMatchObject({ state: 'reconnecting', attempt });
      vi.advanceTimersByTime(5_000);
    }
    sockets.welcomes();
    expect(sockets.last.said[0]).toMatchObject({ type: 'hello', resume: welcome.resume_token });
    expect(states.at(-1)).toEqual({ state: 'in' });
  });

  it('hurries when the network is back', () => {
    const { wired, sockets } = network();
    wired.join();
    for (let attempt = 1; attempt < 8; attempt += 1) {
      sockets.last.events.closed();
      vi.advanceTimersByTime(5_000);
    }
    sockets.last.events.closed();
    const tries = sockets.opened.length;
    wired.hurry();
    vi.advanceTimersByTime(1);
    expect(sockets.opened).toHaveLength(tries + 1);
  });

  it('notices a line that has gone quiet, then takes it for broken', () => {
    const { wired, sockets, state, told } = network();
    wired.join();
    sockets.welcomes();
    for (let seconds = 0; seconds < 10; seconds += 1) {
      vi.advanceTimersByTime(1_000);
      sockets.says({ type: 'pong', nonce: 0, server_time: 0 as never });
    }
    expect(wired.speaking).toBe(true);
    told.length = 0;
    vi.advanceTimersByTime(1_800);
    expect(wired.speaking).toBe(false);
    expect(told).toContain('quiet');
    expect(state()).toBe('in');
    vi.advanceTimersByTime(5_000);
    expect(sockets.opened[0]?.closed).toBe(true);
    expect(state()).toBe('reconnecting');
  });

  it('comes back after a restart and stays away when replaced', () => {
    const { wired, sockets, states, state } = network();
    wired.join();
    sockets.welcomes();
    sockets.says({ type: 'goodbye', reason: 'server_stops' });
    expect(state()).toBe('reconnecting');
    vi.advanceTimersByTime(1_000);
    sockets.welcomes();
    sockets.says({ type: 'goodbye', reason: 'replaced' });
    vi.advanceTimersByTime(60_000);
    expect(states.at(-1)).toMatchObject({ state: 'over', reason: 'replaced' });
    expect(sockets.opened).toHaveLength(2);
  });

  it('gives up on a server that opens but never welcomes', () => {
    const { wired, sockets, state } = network();
    wired.join();
    sockets.last.events.opened();
    vi.advanceTimersByTime(8_400);
    expect(sockets.opened[0]?.closed).toBe(true);
    expect(sockets.opened).toHaveLength(2);
    expect(state()).toBe('reconnecting');
  });
});

describe('going', () => {
  it('says goodbye and forgets the resume token', () => {
    const { wired, sockets, states } = network();
    wired.join();
    sockets.welcomes();
    wired.leave();
    expect(sockets.last.said.at(-1)).toEqual({ type: 'leave' });
    expect(states.at(-1)).toEqual({ state: 'over', reason: 'left' });
    wired.join();
    sockets.welcomes();
    expect(sockets.last.said[0]).toMatchObject({ resume: null });
  });

  it('says goodbye when the page hides and comes back with it', () => {
    const { wired, sockets, state } = network();
    wired.join();
    sockets.welcomes();
    wired.pageHides();
    expect(sockets.last.said.at(-1)).toEqual({ type: 'leave' });
    vi.advanceTimersByTime(60_000);
    expect(sockets.opened).toHaveLength(1);
    wired.pageReturns();
    vi.advanceTimersByTime(1);
    sockets.welcomes();
    expect(state()).toBe('in');
  });

  it('hears nothing more from sockets it let go', () => {
    const { wired, sockets, messages } = network();
    wired.join();
    const first = sockets.last;
    sockets.welcomes();
    first.events.closed();
    vi.advanceTimersByTime(400);
    first.events.message({ type: 'media_lost' });
    expect(messages).toEqual([welcome]);
  });
});
