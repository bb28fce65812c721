/** The core: what the face calls, and what the server says, brought together. */
import { AudioOutput } from '../sound/context';
import { PageMicrophone } from '../sound/microphone';
import { PageSound } from '../sound/sound';
import { glanceAt, linksOf } from '../wire/door';
import type { Frame } from '../wire/codec';
import { openSocket } from '../wire/socket';
import type {
  Addressed, Change, ClientMessage, HearingPreset, Made, Microphone, ParticipantId, PieceMove, Point, ServerMessage, Start, TableId,
  TopicId, Walk, Welcome, ZoneId,
} from '../wire/types';
import { SquareWorld } from '../world/world';
import { Teller } from './changes';
import { watchDoor } from './door';
import { readLink } from './link';
import { movesMe } from './moved';
import { Network, noLink } from './network';
import { PageDoors } from './doors';
import type { Connection, Core, DoorsPort, Glance, HandedLink, Happening, MicrophonePort, Notice, SoundPort, World } from './ports';
import { exposeProbe } from './probe';
import { Requests } from './requests';
import { personOf, recall, remember } from './settings';

/** Makes the core of the page. Once. */
export function createCore(): Core {
  const core = new PageCore();
  exposeProbe(core);
  return core;
}

/** The {@link Core} of a page in a browser. */
export class PageCore extends Teller<'connection' | 'notice' | 'happening' | 'glance'> implements Core {
  readonly #output = new AudioOutput();
  readonly #microphone = new PageMicrophone(this.#output);
  readonly #network: Network;
  readonly #sound: PageSound;
  readonly #requests = new Requests();
  readonly #doors = new PageDoors(() => this.#world?.space.map.zones ?? []);
  #connection: Connection = { state: 'outside' };
  #notice: Notice | null = null;
  #happening: Happening | null = null;
  #world: SquareWorld | null = null;
  #glance: Glance | null = null;
  #name = '';
  /** What the server was told of the microphone. */
  #microphoneTold: Microphone | null = null;
  /** The direction last asked for, while nothing else was: keys repeat, messages need not. */
  #walking: Walk = 'stop';
  /** When I last asked to walk or to sit. */
  #askedToMove_ms = -Infinity;

  constructor() {
    super();
    this.#network = new Network({ location, open: openSocket, random: Math.random }, {
      connection: (connection) => this.#become(connection),
      message: (message) => this.#take(message),
      frame: (frame) => this.#takeFrame(frame),
      quiet: () => this.#sound.lineChanged(false),
      introduce: () => this.#introduce(),
    });
    const network = this.#network;
    const line = (): 'connecting' | 'up' | 'lost' => {
      if (this.#connection.state === 'joining') return 'connecting';
      return network.speaking ? 'up' : 'lost';
    };
    this.#sound = new PageSound(this.#output, this.#microphone, {
      send: (message) => network.send(message),
      get line() { return line(); },
    });
    this.#microphone.on(() => this.#tellMicrophone());
    this.#watchPage();
    const link = readLink(location);
    if (typeof link === 'string') this.#become(noLink(link));
  }

  get connection(): Connection { return this.#connection; }
  get notice(): Notice | null { return this.#notice; }
  get happening(): Happening | null { return this.#happening; }
  get world(): World | null { return this.#world; }
  get glance(): Glance | null { return this.#glance; }
  get microphone(): MicrophonePort { return this.#microphone; }
  get sound(): SoundPort { return this.#sound; }
  get doors(): DoorsPort { return this.#doors; }
  /** What only the probe reads. */
  get insides(): PageSound { return this.#sound; }

  async links(): Promise<readonly HandedLink[] | null> {
    const link = readLink(location);
    return typeof link === 'string' ? null : linksOf(link);
  }

  lookIn(): () => void {
    return watchDoor({
      look: async () => {
        const link = readLink(location);
        return typeof link === 'string' ? null : glanceAt(link);
      },
      isSeen: () => document.visibilityState === 'visible',
      seen: (glance) => {
        this.#glance = glance;
        this.tell('glance');
      },
    });
  }

  async join(name: string): Promise<void> {
    this.#name = name;
    const resumed = this.#sound.resume();
    this.#network.join();
    await resumed;
  }

  leave(): void { this.#network.leave(); }

  walk(walk: Walk): void {
    if (walk === this.#walking && walk !== 'stop') return;
    this.#move({ type: 'walk', walk });
    this.#walking = walk;
  }

  walkTo(to: Point): void { this.#move({ type: 'walk_to', to }); }
  joinTable(table: TableId): void { this.#move({ type: 'join_table', table }); }
  leaveTable(): void { this.#move({ type: 'leave_table' }); }
  rename(name: string): void { this.#network.send({ type: 'set_name', name }); }
  setHearing(preset: HearingPreset): void { this.#network.send({ type: 'set_hearing', preset }); }

  speak(to: Addressed): void { this.#network.send({ type: 'speak', to }); }
  endSpeech(): void { this.#network.send({ type: 'end_speech' }); }
  endSound(sound: ParticipantId): void { this.#network.send({ type: 'end_sound', sound }); }
  movePiece(table: TableId, piece: PieceMove): void { this.#network.send({ type: 'move_piece', table, piece }); }
  callPlenum(zone: ZoneId | null): void { this.#network.send({ type: 'call_plenum', zone }); }
  endPlenum(): void { this.#network.send({ type: 'end_plenum' }); }
  declinePlenum(): void { this.#network.send({ type: 'decline_plenum' }); }
  letListen(table: TableId, allowed: boolean): void { this.#network.send({ type: 'let_listen', table, allowed }); }

  async change(change: Change): Promise<Made | null> {
    const isUp = this.#connection.state === 'in';
    const made = await this.#requests.ask(change, isUp ? (message) => this.#network.send(message) : null);
    if (change.type === 'set_interest') this.#marked(change.topic, change.interested);
    return made;
  }

  /** The server tells of my marks only what other sessions of mine did; what I asked for is done when it says so. */
  #marked(topic: TopicId, interested: boolean): void {
    const marks = new Set(this.#world?.agenda.interests);
    if (interested) marks.add(topic);
    else marks.delete(topic);
    this.#world?.apply({ type: 'my_interests', topics: [...marks] });
  }

  readTopic(topic: TopicId): void { this.#network.send({ type: 'read_topic', topic }); }
  readVisits(everybody: boolean): void { this.#network.send({ type: 'read_visits', everybody }); }

  #takeFrame(frame: Frame): void {
    const isMoved = this.#world !== null && movesMe(frame, this.#world, performance.now() - this.#askedToMove_ms);
    this.#world?.applyFrame(frame);
    if (isMoved) this.#happen({ kind: 'moved' });
  }

  #move(message: ClientMessage): void {
    this.#askedToMove_ms = performance.now();
    this.#walking = 'stop';
    this.#network.send(message);
  }

  #take(message: ServerMessage): void {
    switch (message.type) {
      case 'welcome':
        return this.#enter(message);
      case 'answer':
      case 'media_lost':
        this.#sound.take(message);
        return;
      case 'refused':
        // Who asked for a change is told where they asked.
        if (message.request !== null && this.#requests.refused(message.request, message.code, message.message)) return;
        this.#sound.take(message);
        this.#notice = { code: message.code, message: message.message, at: performance.now() };
        return this.tell('notice');
      case 'goodbye':
      case 'in_lobby':
        return;
      case 'done':
        return this.#requests.done(message.request, message.made);
      case 'who_hosts':
        return this.#happen({ kind: 'who_hosts', topic: message.topic });
      case 'muted_by':
        this.#microphone.setMuted(true);
        return this.#happen({ kind: 'muted_by', by: message.by });
      case 'asked_to_unmute':
        return this.#happen({ kind: 'asked_to_unmute', by: message.by });
      case 'renamed':
        if (message.participant === this.#world?.me) this.#name = message.name;
        break;
      default:
    }
    const lost = message.type === 'topic_removed' ? this.#world?.agenda.topics.get(message.topic) : undefined;
    this.#world?.apply(message);
    if (message.type === 'slot_opened' || message.type === 'slot_closed') {
      this.#happen({ kind: message.type, slot: message.slot });
    } else if (message.type === 'topic_removed' && message.into !== null && lost) {
      this.#happen({ kind: 'topic_merged', title: lost.title, into: message.into });
    }
  }

  #enter(welcome: Welcome): void {
    this.#world = new SquareWorld(welcome);
    this.#walking = 'stop';
    remember(personOf(welcome.space.id), welcome.person);
    this.#sound.enter(this.#world, welcome.media);
  }

  #happen(happening: Happening): void {
    this.#happening = happening;
    this.tell('happening');
  }

  #become(connection: Connection): void {
    const before = this.#connection.state;
    this.#connection = connection;
    if (connection.state !== 'in') this.#requests.lineBroke();
    if (connection.state === 'over' || connection.state === 'refused') {
      this.#sound.leave();
      this.#microphoneTold = null;
    } else if (connection.state === 'reconnecting' && before === 'in') {
      this.#microphoneTold = null;
    }
    this.#sound.lineChanged(connection.state !== 'in');
    this.#tellMicrophone();
    this.tell('connection');
  }

  #introduce(): { name: string; microphone: Microphone; start: Start | null; person: string | null } {
    this.#microphoneTold = this.#microphone.wire;
    const link = readLink(location);
    const person = typeof link === 'string' ? null : recall(personOf(link.space));
    return { name: this.#name, microphone: this.#microphoneTold, start: this.#lastPlace(), person };
  }

  /** Where I stood or sat when the line broke, for a server that remembers nothing of it. */
  #lastPlace(): Start | null {
    const world = this.#world;
    if (world === null) return null;
    const me = world.people.get(world.me);
    const table = me?.place.on === 'seat' ? world.space.map.tables[me.place.table] : undefined;
    if (table !== undefined) return { table: table.name };
    const at = world.position(world.me);
    return at === null ? null : { at };
  }

  #tellMicrophone(): void {
    const microphone = this.#microphone.wire;
    if (this.#connection.state !== 'in' || microphone === this.#microphoneTold) return;
    this.#microphoneTold = microphone;
    this.#network.send({ type: 'set_microphone', microphone });
  }

  #watchPage(): void {
    addEventListener('online', () => this.#network.hurry());
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') this.#network.hurry();
    });
    addEventListener('pagehide', () => {
      this.#network.pageHides();
      this.#sound.leave();
    });
    addEventListener('pageshow', (event) => {
      if (event.persisted) this.#network.pageReturns();
    });
  }
}
