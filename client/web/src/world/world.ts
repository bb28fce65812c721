/** The client's view of the space, built from the server's messages alone. */
import { Teller } from '../app/changes';
import type { DoorView, Person, World, WorldPart } from '../app/ports';
import type { Frame, LevelRecord, MotionRecord } from '../wire/codec';
import type {
  Broadcast, HearingPreset, HelpCall, Listening, ParticipantId, ParticipantView, Plenum, Point, Role, ServerMessage, SpaceView,
  TableId, TalkingPiece, TimeMs, Uplink, VoiceLevel, Welcome,
} from '../wire/types';
import { Agenda, isAgendaMessage, type AgendaMessage } from './agenda';
import { ServerClock } from './clock';
import { HEARING_LAWS, placedGain, type Placed } from './gain';
import { positionOf } from './motion';

/** The level of who says nothing. */
export const SILENT = 127 as VoiceLevel;

/** What of the server's messages changes the world. */
export type WorldMessage = AgendaMessage | Extract<ServerMessage, {
  type: 'entered' | 'left' | 'renamed' | 'microphone_changed' | 'presence_changed' | 'place_changed' | 'audio_slot'
    | 'hearing_changed' | 'heard' | 'pong' | 'role_changed' | 'door' | 'help_calls' | 'broadcasts_changed' | 'spoken_to'
    | 'word_lent' | 'kept_out' | 'pieces_changed' | 'plenum_changed' | 'let_listen' | 'bumblebee' | 'bell_sound';
}>;

/** The {@link World} of one session, from its welcome on. */
export class SquareWorld extends Teller<WorldPart> implements World {
  readonly me: ParticipantId;
  readonly agenda: Agenda;
  readonly listening: Listening;
  #role: Role;
  #door: DoorView | null = null;
  #helpCalls: readonly HelpCall[] = [];
  #space: SpaceView;
  #people: ReadonlyMap<ParticipantId, Person>;
  #audioSlots: readonly (ParticipantId | null)[];
  #heard: { listeners: number; inEarshot: number; uplink: Uplink } | null = null;
  #broadcasts: readonly Broadcast[];
  #spokenTo: ReadonlySet<ParticipantId>;
  #wordLent: ReadonlySet<ParticipantId>;
  #keptOut: ReadonlySet<TableId>;
  #pieces: ReadonlyMap<TableId, ParticipantId | null>;
  #plenum: Plenum | null;
  #letListen: ReadonlySet<TableId>;
  #bumblebees: ReadonlyMap<ParticipantId, TableId>;
  #bellSound: boolean;
  readonly #clock: ServerClock;
  readonly #monotonic_ms: () => number;

  /** `monotonic_ms` is our own clock; the browser's `performance.now()` unless a test hands in another. */
  constructor(welcome: Welcome, monotonic_ms: () => number = () => performance.now()) {
    super();
    this.me = welcome.you;
    this.#role = welcome.role;
    this.agenda = new Agenda(welcome.agenda, welcome.server_time);
    this.#space = welcome.space;
    this.#people = new Map(welcome.participants.map((view) => [view.id, { ...view, level: SILENT }]));
    this.#audioSlots = welcome.audio_slots;
    this.listening = welcome.listening;
    this.#broadcasts = welcome.broadcasts;
    this.#spokenTo = new Set(welcome.spoken_to);
    this.#wordLent = new Set(welcome.word_lent);
    this.#keptOut = new Set(welcome.kept_out);
    this.#pieces = piecesOf(welcome.pieces);
    this.#plenum = welcome.plenum;
    this.#letListen = new Set(welcome.let_listen);
    this.#bumblebees = new Map(welcome.bumblebees.map(({ participant, table }) => [participant, table]));
    this.#bellSound = welcome.bell_sound;
    this.#monotonic_ms = monotonic_ms;
    this.#clock = new ServerClock(welcome.server_time, monotonic_ms());
  }

  get role(): Role { return this.#role; }
  get door(): DoorView | null { return this.#door; }
  get helpCalls(): readonly HelpCall[] { return this.#helpCalls; }
  get space(): SpaceView { return this.#space; }
  get hearing(): HearingPreset { return this.#space.map.hearing; }
  get people(): ReadonlyMap<ParticipantId, Person> { return this.#people; }
  get audioSlots(): readonly (ParticipantId | null)[] { return this.#audioSlots; }
  get heard(): { listeners: number; inEarshot: number; uplink: Uplink } | null { return this.#heard; }

  get broadcasts(): readonly Broadcast[] { return this.#broadcasts; }
  get spokenTo(): ReadonlySet<ParticipantId> { return this.#spokenTo; }
  get wordLent(): ReadonlySet<ParticipantId> { return this.#wordLent; }
  get keptOut(): ReadonlySet<TableId> { return this.#keptOut; }
  get pieces(): ReadonlyMap<TableId, ParticipantId | null> { return this.#pieces; }
  get plenum(): Plenum | null { return this.#plenum; }
  get letListen(): ReadonlySet<TableId> { return this.#letListen; }
  get bumblebees(): ReadonlyMap<ParticipantId, TableId> { return this.#bumblebees; }
  get bellSound(): boolean { return this.#bellSound; }

  now(): TimeMs {
    return this.#clock.now(this.#monotonic_ms());
  }

  position(who: ParticipantId, at: TimeMs = this.now()): Point | null {
    const person = this.#people.get(who);
    return person === undefined ? null : positionOf(person.motion, at);
  }

  gain(who: ParticipantId): number {
    if (who === this.me) return 0;
    const now = this.now();
    const listener = this.#placed(this.me, now);
    const speaker = this.#placed(who, now);
    return listener === null || speaker === null ? 0 : placedGain(HEARING_LAWS[this.hearing], listener, speaker);
  }

  tableOf(who: ParticipantId): TableId | null {
    const place = this.#people.get(who)?.place;
    return place === undefined || place.on === 'square' ? null : place.table;
  }

  seats(table: TableId): readonly (ParticipantId | null)[] {
    const seats = new Array<ParticipantId | null>(this.#space.map.tables[table]?.seats ?? 0).fill(null);
    for (const { id, place } of this.#people.values()) {
      if (place.on === 'seat' && place.table === table && place.seat < seats.length) seats[place.seat] = id;
    }
    return seats;
  }

  /** Takes in a message. */
  apply(message: WorldMessage): void {
    if (isAgendaMessage(message)) {
      this.agenda.apply(message);
      return this.tell(message.type === 'topic_detail' || message.type === 'visits' ? 'details' : 'agenda');
    }
    switch (message.type) {
      case 'entered': return this.#enter(message.participant);
      case 'left': return this.#leave(message.participant);
      case 'renamed': return this.#change(message.participant, { name: message.name });
      case 'microphone_changed': return this.#change(message.participant, { microphone: message.microphone });
      case 'presence_changed': return this.#change(message.participant, { presence: message.presence });
      case 'role_changed':
        if (message.participant === this.me) this.#role = message.role;
        return this.#change(message.participant, { role: message.role });
      case 'door':
        this.#door = { door: message.door, capacity: message.capacity, waiting: message.waiting };
        return this.tell('door');
      case 'help_calls':
        this.#helpCalls = message.calls;
        return this.tell('help');
      case 'place_changed': return this.#change(message.participant, { place: message.place });
      case 'audio_slot':
        this.#audioSlots = this.#audioSlots.map((old, slot) => (slot === message.slot ? message.speaker : old));
        return this.tell('slots');
      case 'hearing_changed':
        this.#space = { ...this.#space, map: { ...this.#space.map, hearing: message.preset } };
        return this.tell('hearing');
      case 'heard':
        this.#heard = { listeners: message.listeners, inEarshot: message.in_earshot, uplink: message.uplink };
        return this.tell('heard');
      case 'broadcasts_changed':
        this.#broadcasts = message.broadcasts;
        return this.tell('speeches');
      case 'spoken_to':
        this.#spokenTo = new Set(message.speakers);
        return this.tell('speeches');
      case 'word_lent':
        this.#wordLent = withOrWithout(this.#wordLent, message.participant, message.lent);
        return this.tell('speeches');
      case 'kept_out':
        this.#keptOut = new Set(message.tables);
        return this.tell('kept_out');
      case 'pieces_changed':
      case 'plenum_changed':
      case 'let_listen':
      case 'bumblebee':
      case 'bell_sound':
        return this.#together(message);
      case 'pong':
        // Our pings carry our clock as their nonce, so that nothing needs to be remembered of them.
        this.#clock.pong(message.server_time, message.nonce, this.#monotonic_ms());
        return;
    }
  }

  /** Takes in a binary frame. */
  applyFrame(frame: Frame): void {
    if (frame.kind === 'motion') this.#move(frame.records);
    else this.#speak(frame.records);
  }

  #placed(who: ParticipantId, at: TimeMs): Placed | null {
    const place = this.position(who, at);
    if (place === null) return null;
    const id = this.tableOf(who);
    const spec = id === null ? undefined : this.#space.map.tables[id];
    const table = id === null || spec === undefined ? null : { id, wall: spec.wall };
    return { at: place, table, listensTo: this.#bumblebees.get(who) ?? null };
  }

  /** What people do together: the talking piece, the plenum, listening in passing, the bell. */
  #together(message: Extract<WorldMessage, {
    type: 'pieces_changed' | 'plenum_changed' | 'let_listen' | 'bumblebee' | 'bell_sound';
  }>): void {
    switch (message.type) {
      case 'pieces_changed':
        this.#pieces = piecesOf(message.pieces);
        return this.tell('pieces');
      case 'plenum_changed':
        this.#plenum = message.plenum;
        return this.tell('plenum');
      case 'let_listen':
        this.#letListen = new Set(message.tables);
        return this.tell('passing');
      case 'bumblebee':
        this.#listenTo(message.participant, message.table);
        return this.tell('passing');
      case 'bell_sound':
        this.#bellSound = message.set;
        return this.tell('bell');
    }
  }

  #listenTo(who: ParticipantId, table: TableId | null): void {
    const bumblebees = new Map(this.#bumblebees);
    if (table === null) bumblebees.delete(who);
    else bumblebees.set(who, table);
    this.#bumblebees = bumblebees;
  }

  #enter(view: ParticipantView): void {
    this.#people = new Map(this.#people).set(view.id, { ...view, level: SILENT });
    this.tell('people');
  }

  #leave(who: ParticipantId): void {
    const people = new Map(this.#people);
    if (!people.delete(who)) return;
    this.#people = people;
    this.#wordLent = withOrWithout(this.#wordLent, who, false);
    this.#listenTo(who, null);
    this.tell('people');
  }

  #change(who: ParticipantId, changed: Partial<ParticipantView>): void {
    const person = this.#people.get(who);
    if (person === undefined) return;
    this.#people = new Map(this.#people).set(who, { ...person, ...changed });
    this.tell('people');
  }

  #move(records: readonly MotionRecord[]): void {
    for (const { participant, segment } of records) {
      const person = this.#people.get(participant);
      if (person !== undefined) person.motion = segment;
    }
    this.tell('motion');
  }

  /** The server tells silence as well, so a level stands until the next one. */
  #speak(records: readonly LevelRecord[]): void {
    for (const { participant, level } of records) {
      const person = this.#people.get(participant);
      if (person !== undefined) person.level = level;
    }
    this.tell('levels');
  }
}

function piecesOf(pieces: readonly TalkingPiece[]): ReadonlyMap<TableId, ParticipantId | null> {
  return new Map(pieces.map(({ table, holder }) => [table, holder]));
}

function withOrWithout<Entry>(set: ReadonlySet<Entry>, entry: Entry, isIn: boolean): ReadonlySet<Entry> {
  const changed = new Set(set);
  if (isIn) changed.add(entry);
  else changed.delete(entry);
  return changed;
}
