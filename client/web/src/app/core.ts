/** The core: what the face calls, and what the server says, brought together. */
import { AudioOutput } from '../sound/context';
import { PageMicrophone } from '../sound/microphone';
import { PageSound } from '../sound/sound';
import { glanceAt } from '../wire/door';
import { openSocket } from '../wire/socket';
import type {
  ClientMessage, HearingPreset, Microphone, Point, ServerMessage, Start, TableId, Walk,
} from '../wire/types';
import { SquareWorld } from '../world/world';
import { Teller } from './changes';
import { watchDoor } from './door';
import { readLink } from './link';
import { Network, noLink } from './network';
import type { Connection, Core, Glance, MicrophonePort, Notice, SoundPort, World } from './ports';
import { exposeProbe } from './probe';

/** Makes the core of the page. Once. */
export function createCore(): Core {
  const core = new PageCore();
  exposeProbe(core);
  return core;
}

/** The {@link Core} of a page in a browser. */
export class PageCore extends Teller<'connection' | 'notice' | 'glance'> implements Core {
  readonly #output = new AudioOutput();
  readonly #microphone = new PageMicrophone(this.#output);
  readonly #network: Network;
  readonly #sound: PageSound;
  #connection: Connection = { state: 'outside' };
  #notice: Notice | null = null;
  #world: SquareWorld | null = null;
  #glance: Glance | null = null;
  #name = '';
  /** What the server was told of the microphone. */
  #microphoneTold: Microphone | null = null;
  /** The direction last asked for, while nothing else was: keys repeat, messages need not. */
  #walking: Walk = 'stop';

  constructor() {
    super();
    this.#network = new Network({ location, open: openSocket, random: Math.random }, {
      connection: (connection) => this.#become(connection),
      message: (message) => this.#take(message),
      frame: (frame) => this.#world?.applyFrame(frame),
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
  get world(): World | null { return this.#world; }
  get glance(): Glance | null { return this.#glance; }
  get microphone(): MicrophonePort { return this.#microphone; }
  get sound(): SoundPort { return this.#sound; }
  /** What only the probe reads. */
  get insides(): PageSound { return this.#sound; }

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

  #move(message: ClientMessage): void {
    this.#walking = 'stop';
    this.#network.send(message);
  }

  #take(message: ServerMessage): void {
    switch (message.type) {
      case 'welcome':
        this.#world = new SquareWorld(message);
        this.#walking = 'stop';
        return this.#sound.enter(this.#world, message.media);
      case 'answer':
      case 'media_lost':
        this.#sound.take(message);
        return;
      case 'refused':
        this.#sound.take(message);
        this.#notice = { code: message.code, message: message.message, at: performance.now() };
        return this.tell('notice');
      case 'goodbye':
        return;
      case 'renamed':
        if (message.participant === this.#world?.me) this.#name = message.name;
        break;
      default:
    }
    this.#world?.apply(message);
  }

  #become(connection: Connection): void {
    const before = this.#connection.state;
    this.#connection = connection;
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

  #introduce(): { name: string; microphone: Microphone; start: Start | null } {
    this.#microphoneTold = this.#microphone.wire;
    return { name: this.#name, microphone: this.#microphoneTold, start: this.#lastPlace() };
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
