/**
 * The one file that wires the network: it keeps a websocket to the space up for as long as the page is open and
 * says hello, ping and goodbye on it. What the messages mean is for others.
 */
import type { Frame } from '../wire/codec';
import type { OpenSocket, Socket } from '../wire/socket';
import {
  PROTOCOL_VERSION, type ClientMessage, type GoodbyeReason, type Microphone, type RefusalCode, type ServerMessage,
  type Start,
} from '../wire/types';
import { backoff_ms } from './backoff';
import { readLink, socketAddress } from './link';
import type { Connection } from './ports';

/** What the network tells. */
export interface NetworkEvents {
  /** How the session stands has changed. */
  connection(connection: Connection): void;
  /** Everything the server says but what the network itself understands (goodbyes). */
  message(message: ServerMessage): void;
  frame(frame: Frame): void;
  /** The line has gone quiet, or speaks again. */
  quiet(): void;
  /** Who I am and where I want to stand. Asked at every hello. */
  introduce(): { name: string; microphone: Microphone; start: Start | null; person: string | null };
}

/** The world around the network; tests hand in their own. */
export interface Surroundings {
  readonly location: Readonly<Record<'protocol' | 'host' | 'pathname' | 'hash', string>>;
  readonly open: OpenSocket;
  readonly random: () => number;
}

/** Opening and welcoming together may take this long, ms; then the try has failed. */
const WELCOME_MS_MAX = 8_000;

/** How often the line is tried, ms. Also what sets the clock. */
const PING_MS = 500;

/** How often the line is tried while waiting in the lobby, ms: no sound hangs on it there. */
const LOBBY_PING_MS = 2_000;

/** Without an answer for this long the line counts as quiet, ms: with the ping's own wait, the badge's 2 s are kept. */
const QUIET_MS = 1_200;

/** Without anything for this long the line counts as broken, ms: TCP would take minutes to say so. */
const BROKEN_MS = 6_000;

/** A session that stood this long was a good one: the next break is tried at once again, ms. */
const GOOD_SESSION_MS = 5_000;

/** Refusals of a start: it is taken back, and the hello said again. */
const START_REFUSALS: readonly RefusalCode[] = ['place', 'unknown_table', 'table_full', 'no_way'];

/** Refusals that no coming back will change. */
const FINAL_REFUSALS: readonly RefusalCode[] = ['protocol_version', 'unknown_space', 'link', 'name'];

/** Goodbyes after which we stay away. */
const FINAL_GOODBYES: readonly GoodbyeReason[] = ['replaced', 'link_revoked', 'removed', 'space_closed'];

type Phase =
  | { is: 'outside' }
  /** Opening the socket, or waiting for the welcome on it. */
  | { is: 'knocking'; socket: Socket; timer: Timer; withStart: boolean }
  /** Whoever holds the door takes their time; the welcome comes on this line. */
  | { is: 'lobby'; socket: Socket; timer: Timer; heard_ms: number }
  | { is: 'in'; socket: Socket; timer: Timer; since_ms: number; pinged_ms: number; heard_ms: number }
  /** Between two tries. */
  | { is: 'waiting'; timer: Timer }
  /** The page is in the browser's back-forward cache. */
  | { is: 'asleep' };

type Timer = ReturnType<typeof setTimeout>;

/** The session with the server, through all its websockets. */
export class Network {
  readonly #surroundings: Surroundings;
  readonly #events: NetworkEvents;
  #phase: Phase = { is: 'outside' };
  /** Tries since the line last stood. */
  #attempt = 0;
  /** When the line broke; null while it has not. */
  #broken_ms: number | null = null;
  #resume: string | null = null;
  /** The name of the space in whose lobby we wait, also while the line to it is broken. */
  #lobby: string | null = null;
  /** Why we are shown out, as whoever did it wrote. */
  #partingWords = '';

  constructor(surroundings: Surroundings, events: NetworkEvents) {
    this.#surroundings = surroundings;
    this.#events = events;
  }

  /** Whether the line stands, and spoke lately. */
  get speaking(): boolean {
    const phase = this.#phase;
    return phase.is === 'in' && !isQuiet(phase, performance.now());
  }

  /** Comes in, and comes back whenever the line breaks, until told to leave or to stay away. */
  join(): void {
    if (this.#phase.is !== 'outside') return;
    this.#attempt = 0;
    this.#broken_ms = null;
    this.#knock(true);
  }

  /** Says goodbye: the place is not held. */
  leave(): void {
    if (this.#phase.is === 'outside') return;
    this.#sayGoodbye();
    this.#end({ state: 'over', reason: 'left' });
  }

  /** Sends, or drops the message while the line is broken: what it asked for is old when the line stands again. */
  send(message: ClientMessage): void {
    if (this.#phase.is === 'in') this.#phase.socket.send(message);
  }

  /** The page goes away, perhaps for good. */
  pageHides(): void {
    if (this.#phase.is === 'outside') return;
    this.#sayGoodbye();
    this.#stop();
    this.#broken_ms = performance.now();
    this.#phase = { is: 'asleep' };
  }

  /** The page came back out of the browser's cache. */
  pageReturns(): void {
    if (this.#phase.is === 'asleep') this.#retry(0);
  }

  /** There is reason to think that the line works again: the network is back, or the page is looked at. */
  hurry(): void {
    if (this.#phase.is === 'waiting') this.#retry(0);
    else if (this.#phase.is === 'in') this.#ping(this.#phase);
  }

  #knock(withStart: boolean): void {
    const link = readLink(this.#surroundings.location);
    if (typeof link === 'string') return this.#end(noLink(link));
    const socket = this.#surroundings.open(socketAddress(this.#surroundings.location, link.space), {
      opened: () => {
        if (this.#holds(socket)) this.#hello(socket, link.token, withStart);
      },
      message: (message) => {
        if (this.#holds(socket)) this.#take(message);
      },
      frame: (frame) => {
        if (this.#holds(socket)) this.#events.frame(frame);
      },
      closed: () => {
        if (this.#holds(socket)) this.#broke();
      },
    });
    const timer = setTimeout(() => this.#broke(), WELCOME_MS_MAX);
    this.#phase = { is: 'knocking', socket, timer, withStart };
    if (this.#broken_ms === null) this.#events.connection({ state: 'joining' });
    else this.#tellBroken(this.#broken_ms);
  }

  #hello(socket: Socket, token: string, withStart: boolean): void {
    const { name, microphone, start, person } = this.#events.introduce();
    socket.send({
      type: 'hello', protocol: PROTOCOL_VERSION, token, name, microphone, resume: this.#resume,
      start: withStart ? start : null, person,
    });
  }

  #take(message: ServerMessage): void {
    const phase = this.#phase;
    if (phase.is === 'in') this.#hear(phase);
    else if (phase.is === 'lobby') phase.heard_ms = performance.now();
    switch (message.type) {
      case 'welcome':
        if (phase.is === 'knocking' || phase.is === 'lobby') this.#enter(phase, message);
        return;
      case 'in_lobby':
        return this.#wait(message.name);
      case 'goodbye':
        if (FINAL_GOODBYES.includes(message.reason)) this.#end({ state: 'over', reason: message.reason, words: this.#partingWords });
        else this.#broke();
        return;
      case 'refused':
        return this.#refused(message);
      default:
        this.#events.message(message);
    }
  }

  #wait(name: string): void {
    if (this.#phase.is !== 'knocking') return;
    const { socket, timer } = this.#phase;
    clearTimeout(timer);
    // The server takes who says nothing for gone, and so do we the server.
    const waiting = {
      is: 'lobby', socket, heard_ms: performance.now(),
      timer: setInterval(() => {
        if (performance.now() - waiting.heard_ms > BROKEN_MS) return this.#broke();
        socket.send({ type: 'ping', nonce: Math.floor(performance.now()) % 2 ** 32 });
      }, LOBBY_PING_MS),
    } satisfies Phase;
    this.#phase = waiting;
    this.#lobby = name;
    this.#broken_ms = null;
    this.#attempt = 0;
    this.#events.connection({ state: 'lobby', name, lost: false });
  }

  #refused(refusal: Extract<ServerMessage, { type: 'refused' }>): void {
    const { code, message, closes } = refusal;
    const phase = this.#phase;
    if (phase.is === 'knocking' || phase.is === 'lobby') {
      if (phase.is === 'knocking' && phase.withStart && START_REFUSALS.includes(code)) {
        this.#stop();
        return this.#knock(false);
      }
      return this.#end({ state: 'refused', code, message });
    }
    // Who is shown out is told why first, then goodbye.
    if (code === 'turned_away') {
      this.#partingWords = message;
      return;
    }
    if (closes && FINAL_REFUSALS.includes(code)) return this.#end({ state: 'refused', code, message });
    this.#events.message(refusal);
  }

  #enter(phase: Extract<Phase, { is: 'knocking' | 'lobby' }>, welcome: Extract<ServerMessage, { type: 'welcome' }>): void {
    clearTimeout(phase.timer);
    this.#resume = welcome.resume_token;
    const now_ms = performance.now();
    const entered = {
      is: 'in', socket: phase.socket, since_ms: now_ms, pinged_ms: now_ms, heard_ms: now_ms,
      timer: setInterval(() => this.#beat(entered), PING_MS),
    } satisfies Phase;
    this.#phase = entered;
    this.#broken_ms = null;
    this.#lobby = null;
    this.#ping(entered);
    // First the world, then that we are in it.
    this.#events.message(welcome);
    this.#events.connection({ state: 'in' });
  }

  #beat(phase: Extract<Phase, { is: 'in' }>): void {
    if (isQuiet(phase, performance.now()) && performance.now() - phase.heard_ms > BROKEN_MS) return this.#broke();
    this.#ping(phase);
  }

  #hear(phase: Extract<Phase, { is: 'in' }>): void {
    const now_ms = performance.now();
    const wasQuiet = isQuiet(phase, now_ms);
    phase.heard_ms = now_ms;
    if (wasQuiet) this.#events.quiet();
  }

  #ping(phase: Extract<Phase, { is: 'in' }>): void {
    const now_ms = performance.now();
    // While a ping is unanswered, what counts is how long the first of them is.
    if (phase.heard_ms >= phase.pinged_ms) {
      phase.pinged_ms = now_ms;
      setTimeout(() => {
        if (this.#phase === phase && isQuiet(phase, performance.now())) this.#events.quiet();
      }, QUIET_MS + 1);
    }
    phase.socket.send({ type: 'ping', nonce: Math.floor(now_ms) % 2 ** 32 });
  }

  /** The socket is of no more use; come back. */
  #broke(): void {
    const phase = this.#phase;
    const now_ms = performance.now();
    if (phase.is === 'in' && now_ms - phase.since_ms > GOOD_SESSION_MS) this.#attempt = 0;
    this.#stop();
    this.#broken_ms ??= now_ms;
    this.#attempt += 1;
    this.#retry(backoff_ms(this.#attempt, this.#surroundings.random()));
  }

  #retry(wait_ms: number): void {
    this.#stop();
    this.#phase = { is: 'waiting', timer: setTimeout(() => this.#knock(true), wait_ms) };
    this.#tellBroken(this.#broken_ms ?? performance.now());
  }

  /** Who waits in the lobby goes on waiting; the way there is tried again. */
  #tellBroken(since: number): void {
    this.#events.connection(this.#lobby === null
      ? { state: 'reconnecting', attempt: this.#attempt, since }
      : { state: 'lobby', name: this.#lobby, lost: true });
  }

  #end(connection: Connection): void {
    this.#stop();
    this.#phase = { is: 'outside' };
    this.#resume = null;
    this.#lobby = null;
    this.#events.connection(connection);
  }

  #sayGoodbye(): void {
    this.send({ type: 'leave' });
    this.#resume = null;
  }

  /** Lets go of the socket and the timer of the phase. */
  #stop(): void {
    const phase = this.#phase;
    if ('timer' in phase) clearTimeout(phase.timer);
    if ('socket' in phase) phase.socket.close();
  }

  #holds(socket: Socket): boolean {
    return 'socket' in this.#phase && this.#phase.socket === socket;
  }
}

/** How the session stands when the page was not opened by a link. */
export function noLink(lacks: 'unknown_space' | 'link'): Connection {
  return { state: 'refused', code: lacks, message: 'This address is no link to a space.' };
}

/** Whether a ping has waited too long: nothing at all has come since. */
function isQuiet(phase: { pinged_ms: number; heard_ms: number }, now_ms: number): boolean {
  return phase.heard_ms < phase.pinged_ms && now_ms - phase.pinged_ms > QUIET_MS;
}
