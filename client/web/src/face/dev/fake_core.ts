/**
 * A core without a network: the real world model, fed by a script instead of a server. For looking at the face
 * and measuring it; nothing of it is in the app.
 */
import { Teller } from '../../app/changes';
import type { Connection, Core, Glance, HandedLink, Happening, Notice } from '../../app/ports';
import type {
  Addressed, AgendaView, AudioSlotIndex, Change, HearingPreset, Made, MurmurPercent, ParticipantId, ParticipantView, PieceMove, Point,
  RefusalCode, Role, TableId, TimeMs, TopicId, VoiceLevel, Walk, ZoneId,
} from '../../wire/types';
import { SquareWorld, type WorldMessage } from '../../world/world';
import { FakeMarket, largeMarket, smallMarket } from './fake_market';
import { FakeDoors } from './fake_doors';
import { FakeMicrophone } from './fake_microphone';
import { FakeSound } from './fake_sound';
import { crowd, largeSpace, myself, placeOn, SPACE, tenGuests, things } from './fake_square';

const WINDS: Readonly<Record<Walk, readonly [number, number]>> = {
  stop: [0, 0], north: [0, -1], north_east: [1, -1], east: [1, 0], south_east: [1, 1],
  south: [0, 1], south_west: [-1, 1], west: [-1, 0], north_west: [-1, -1],
};
const SPEED_MM_S = 3_000;
const ME = 1 as ParticipantId;

export interface Script {
  /** How many people besides me; nothing means ten at tables. */
  readonly people: number | null;
  readonly host: boolean;
  /** A table and a seat to begin at; nothing means the foyer. */
  readonly seat: readonly [number, number] | null;
  readonly empty: boolean;
  /** Whether a listening room, a studio and a sound are there. */
  readonly things: boolean;
  /** No agenda; minutes by which the usual one is shifted; or so many topics at twenty tables. */
  readonly market: 'none' | { readonly shift_min: number } | { readonly topics: number };
  /** Whether anything can be seen from the door. */
  readonly door: boolean;
}

export class FakeCore extends Teller<'connection' | 'notice' | 'happening' | 'glance'> implements Core {
  connection: Connection = { state: 'outside' };
  notice: Notice | null = null;
  happening: Happening | null = null;
  #market: FakeMarket | null = null;
  world: SquareWorld | null = null;
  glance: Glance | null = null;
  readonly microphone = new FakeMicrophone();
  readonly sound = new FakeSound();
  readonly doors: FakeDoors;
  readonly #script: Script;
  #timers: ReturnType<typeof setInterval>[] = [];

  constructor(script: Script) {
    super();
    this.#script = script;
    this.doors = new FakeDoors((message) => this.says(message));
    this.microphone.on(() => {
      const state = this.microphone.state !== 'on' ? 'absent' : this.microphone.muted ? 'muted' : 'on';
      this.world?.apply({ type: 'microphone_changed', participant: ME, microphone: state });
    });
  }

  links(): Promise<HandedLink[]> {
    const roles: Role[] = ['host', 'co_host', 'facilitator', 'convener', 'reporter', 'helper', 'participant'];
    return Promise.resolve(roles.map((role) => ({ role, link: `https://torg.example.org/s/torg#${role}` })));
  }

  lookIn(): () => void {
    const { empty, people, door } = this.#script;
    if (door) this.see({ name: SPACE.name, people: empty ? 0 : people ?? 10 });
    return () => undefined;
  }

  see(glance: Glance): void {
    this.glance = glance;
    this.tell('glance');
  }

  async join(name: string): Promise<void> {
    this.become({ state: 'joining' });
    const { people, host, seat, empty, market } = this.#script;
    const others = empty ? [] : people === null ? tenGuests() : crowd(people);
    const place = seat ? placeOn(seat[0], seat[1]) : { at: { x: 19.4, y: 21.8 }, place: { on: 'square' } as const };
    const me: ParticipantView = { ...myself(name, place, host), microphone: this.microphone.state === 'on' ? 'on' : 'absent' };
    const server_time = Date.now() as TimeMs;
    const space = market !== 'none' && 'topics' in market ? largeSpace() : SPACE;
    this.world = new SquareWorld({
      protocol: 1, you: ME, role: me.role, resumed: false, media: 'offer', resume_token: 'again', server_time, person: 'me',
      space, participants: [me, ...others, ...(this.#script.things ? things() : [])], audio_slots: [null], agenda: this.#agenda(server_time),
      listening: 'forwarded', murmur: 50 as MurmurPercent, broadcasts: [], spoken_to: [], word_lent: [], kept_out: [],
      pieces: [], plenum: null, let_listen: [], bumblebees: [], bell_sound: false,
    });
    this.#market = new FakeMarket(this.world);
    this.become({ state: 'in' });
    this.#timers = [
      setInterval(() => this.#speak(), 100),
      ...(people === null ? [] : [setInterval(() => this.#mill(), 50)]),
    ];
    return Promise.resolve();
  }

  #agenda(now: TimeMs): AgendaView {
    const { market } = this.#script;
    if (market === 'none') return { slots: [], topics: [], my_interests: [] };
    return 'topics' in market ? largeMarket(now, market.topics, 20) : smallMarket(now, market.shift_min);
  }

  change(change: Change): Promise<Made | null> {
    return this.#market?.change(change) ?? Promise.resolve(null);
  }

  readTopic(topic: TopicId): void {
    this.#market?.readTopic(topic);
  }

  readVisits(): void {
    this.world?.apply({ type: 'visits', visits: this.#market?.visits() ?? [] });
  }

  /** Something that the server says, for trying what comes of it. */
  says(message: WorldMessage): void {
    this.world?.apply(message);
    if (message.type === 'slot_opened' || message.type === 'slot_closed') this.happen({ kind: message.type, slot: message.slot });
  }

  happen(happening: Happening): void {
    this.happening = happening;
    this.tell('happening');
  }

  leave(): void {
    this.#timers.forEach(clearInterval);
    this.become({ state: 'over', reason: 'left' });
  }

  walk(walk: Walk): void {
    const at = this.world?.position(ME);
    if (!at) return;
    const [x, y] = WINDS[walk];
    const reach = 60;
    this.#go(ME, this.#clip({ x: at.x + x * reach, y: at.y + y * reach }, at));
  }

  walkTo(to: Point): void {
    this.#go(ME, to);
  }

  joinTable(table: TableId): void {
    const seats = this.world?.seats(table) ?? [];
    const seat = seats.indexOf(null);
    if (seat < 0) return this.refuse('table_full');
    const { at, place } = placeOn(table, seat);
    const arrives_ms = this.#go(ME, at);
    setTimeout(() => this.world?.apply({ type: 'place_changed', participant: ME, place }), arrives_ms);
  }

  leaveTable(): void {
    const at = this.world?.position(ME);
    this.world?.apply({ type: 'place_changed', participant: ME, place: { on: 'square' } });
    if (at) this.#go(ME, { x: at.x, y: at.y + 3 });
  }

  rename(name: string): void {
    this.world?.apply({ type: 'renamed', participant: ME, name });
  }

  setHearing(preset: HearingPreset): void {
    this.world?.apply({ type: 'hearing_changed', preset });
  }

  speak(to: Addressed): void {
    this.world?.apply({ type: 'broadcasts_changed', broadcasts: [{ speaker: ME, to, background: false }] });
  }

  endSpeech(): void {
    this.world?.apply({ type: 'broadcasts_changed', broadcasts: [] });
  }

  endSound(sound: ParticipantId): void {
    const broadcasts = this.world?.broadcasts.filter(({ speaker }) => speaker !== sound) ?? [];
    this.world?.apply({ type: 'broadcasts_changed', broadcasts });
    this.world?.apply({ type: 'left', participant: sound });
  }

  movePiece(table: TableId, piece: PieceMove): void {
    const pieces = new Map(this.world?.pieces);
    if (piece.kind === 'put_away') pieces.delete(table);
    else pieces.set(table, piece.kind === 'give' ? piece.to : piece.kind === 'take' ? ME : null);
    this.world?.apply({ type: 'pieces_changed', pieces: [...pieces].map(([at, holder]) => ({ table: at, holder })) });
  }

  callPlenum(zone: ZoneId | null): void {
    this.plenum(ME, 10_000, zone, 0);
  }

  /** Somebody calls to the plenum; for trying what is shown. */
  plenum(by: number, in_ms: number, zone: number | null, declined: number): void {
    const at = (this.world?.now() ?? 0) + in_ms as TimeMs;
    this.world?.apply({ type: 'plenum_changed', plenum: { by: by as ParticipantId, zone: zone as ZoneId | null, at, declined } });
  }

  endPlenum(): void {
    this.world?.apply({ type: 'plenum_changed', plenum: null });
  }

  declinePlenum(): void {
    const plenum = this.world?.plenum;
    if (plenum) this.world?.apply({ type: 'plenum_changed', plenum: { ...plenum, declined: plenum.declined + 1 } });
  }

  letListen(table: TableId, allowed: boolean): void {
    const tables = new Set(this.world?.letListen);
    if (allowed) tables.add(table);
    else tables.delete(table);
    this.world?.apply({ type: 'let_listen', tables: [...tables] });
  }

  become(connection: Connection): void {
    this.connection = connection;
    this.tell('connection');
  }

  refuse(code: RefusalCode): void {
    this.notice = { code, message: code, at: performance.now() };
    this.tell('notice');
  }

  /** Lets somebody sit down; for trying what is announced. */
  seat(who: number, table: number, seat: number): void {
    const { at, place } = placeOn(table, seat);
    this.#go(who as ParticipantId, at);
    this.world?.apply({ type: 'place_changed', participant: who as ParticipantId, place });
    this.world?.apply({ type: 'audio_slot', slot: 0 as AudioSlotIndex, speaker: who as ParticipantId });
  }

  /** Puts somebody somewhere on the square; for trying what is shown there. */
  stand(who: number, x: number, y: number): void {
    const participant = who as ParticipantId;
    this.world?.apply({ type: 'place_changed', participant, place: { on: 'square' } });
    const segment = { from: { x, y }, to: { x, y }, departed: 0 as TimeMs, speed_mm_s: 0 };
    this.world?.applyFrame({ kind: 'motion', records: [{ participant, segment }] });
  }

  /** Sends somebody off; gives after how long they arrive, ms. */
  #go(who: ParticipantId, to: Point): number {
    const from = this.world?.position(who);
    if (!this.world || !from) return 0;
    const segment = { from, to, departed: this.world.now(), speed_mm_s: SPEED_MM_S };
    this.world.applyFrame({ kind: 'motion', records: [{ participant: who, segment }] });
    return (Math.hypot(to.x - from.x, to.y - from.y) * 1e6) / SPEED_MM_S;
  }

  #clip(to: Point, from: Point): Point {
    const { width_m, height_m } = SPACE.map;
    const share = Math.min(
      to.x === from.x ? 1 : ((to.x > from.x ? width_m - 0.3 : 0.3) - from.x) / (to.x - from.x),
      to.y === from.y ? 1 : ((to.y > from.y ? height_m - 0.3 : 0.3) - from.y) / (to.y - from.y), 1);
    return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
  }

  /** One at each table speaks, in turn. */
  #speak(): void {
    const { world } = this;
    if (!world) return;
    const time_s = performance.now() / 1000;
    const records = [...world.people.values()].filter(({ id }) => id !== ME).map(({ id, microphone }) => {
      const speaks = microphone === 'on' && (id * 5 + Math.floor(time_s / 4)) % 4 === 0;
      const level = speaks ? 26 + 14 * Math.abs(Math.sin(time_s * 6 + id)) : 127;
      return { participant: id, level: Math.round(level) as VoiceLevel };
    });
    world.applyFrame({ kind: 'levels', records });
  }

  /** A third of the crowd walks, each a few seconds at a time. */
  #mill(): void {
    const { world } = this;
    if (!world) return;
    const now = world.now();
    for (const { id, motion } of world.people.values()) {
      if (id === ME || id % 3 !== 0 || Math.random() > 0.02) continue;
      const at = world.position(id);
      if (!at || (motion.speed_mm_s > 0 && now < motion.departed + 1_000)) continue;
      this.#go(id, { x: 1 + Math.random() * 38, y: 1 + Math.random() * 22 });
    }
  }
}
