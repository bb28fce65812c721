/** An Open Space as it goes: forty guests bring topics, find tables, move on when they like, and go home. */
import type { Dice } from './dice';
import { FORTY } from './maps';
import { closeBoard, postTopic } from './market';
import { Person } from './person';
import { type Links, type Square } from './square';
import { PageWatch } from './page_watch';
import { Pace } from './pace';
import { dueOf, staysOf, compare, type Bells, type Kill, type Seen } from './stays';
import { Troupe, type Acknowledged, type Fact } from './troupe';
import { eventually, pause } from './waiting';
import type { Visit } from '../../../client/web/src/wire/types';

const TABLES = (FORTY.tables ?? []).map(({ name }) => name);

/** Hosts: one leads, one watches. */
const LEADS = 'Hege';
const WATCHES = 'Vera';

/** Who brings topics and speaks, who comes to listen, and who is at a browser. */
export const CONVENERS = Array.from({ length: 8 }, (_, index) => `Convener${index + 1}`);
const LISTENERS = Array.from({ length: 28 }, (_, index) => `Guest${index + 1}`);
const PAGES = ['Ann', 'Bob'];
/** A guest whose computer hangs for a while; in a process alone. */
const HANGS = 'Guest1';

/** How many are at a topic before anybody moves on, the convener among them. */
const TAKEN_MAX = 5;

/** How a round goes, seconds: the bell comes so soon, people come so early or late, and it lasts so long. */
const BELL_IN_S = 6;
const COMING_S = 9;
const LASTS_S = 16;

/** What is going on, for who wants to disturb it. */
export type Phase = 'posting' | 'joining' | 'moving' | 'between';

/** What the server has acknowledged. All of it must last. */
export interface Kept {
  topics: Map<string, { id: number; slot?: number; table?: string }>;
  roles: Map<string, string>;
  visits: Map<number, Visit>;
}

/** The meeting. */
export class OpenSpace {
  readonly #dice: Dice;
  readonly #troupes = new Map<string, Troupe>();
  readonly pages: { person: Person; watch: PageWatch }[] = [];
  /** By guest, in the order in which they saw it. */
  readonly seen = new Map<string, Seen[]>();
  /** When each guest heard a voice again after an offer. */
  readonly heard = new Map<string, number>();
  readonly kept: Kept = { topics: new Map(), roles: new Map(), visits: new Map() };
  readonly bells: Bells[] = [];
  readonly kills: Kill[] = [];
  readonly faults: string[] = [];
  /** How late everything here may be told. */
  readonly pace = new Pace();
  /** Who is on the way to a table, or from one. */
  readonly moving = new Set<string>();
  phase: Phase = 'between';
  /** While a slot's times are being set nobody disturbs: the story must know when the bell rang. */
  setting = false;
  /** While it is seen who is back nobody sets out. */
  recovering = false;
  /** The meeting has failed: there is nothing to disturb any more. */
  over = false;
  #round = 0;

  private constructor(dice: Dice) {
    this.#dice = dice;
  }

  /** All come in, each native guest in one of five processes. */
  static async gather(square: Square, dice: Dice, round = 0): Promise<OpenSpace> {
    const space = new OpenSpace(dice);
    space.#round = round;
    const links = await square.space('An open space', FORTY);
    for (const group of [[LEADS, WATCHES], CONVENERS, [HANGS], LISTENERS.slice(1, 15), LISTENERS.slice(15)]) {
      const troupe = new Troupe(links, (fact) => space.#hear(fact));
      for (const name of group) space.#troupes.set(name, troupe);
    }
    await space.#come(links);
    return space;
  }

  /** Everybody of whom visits are expected, and the two who run it. */
  get everybody(): string[] {
    return [...this.#troupes.keys(), ...PAGES];
  }

  async #come(links: Links): Promise<void> {
    await Promise.all([LEADS, WATCHES].map((name) => this.do(`${name} come hosting`)));
    await Promise.all(CONVENERS.map((name) => this.do(`${name} come speaking`)));
    await Promise.all(LISTENERS.map((name) => this.do(`${name} come`)));
    for (const name of PAGES) {
      const person = await Person.arrive(links.join, name, { pitchHz: null, context: { viewport: { width: 800, height: 600 }, reducedMotion: 'reduce' } });
      this.seen.set(name, []);
      this.pages.push({ person, watch: await PageWatch.begin(person, TABLES, (seen) => this.seen.get(name)?.push(seen)) });
    }
  }

  /** Tells a native guest what to do, and keeps in mind what the server acknowledged. */
  async do(line: string): Promise<Acknowledged | undefined> {
    const [name = ''] = line.split(' ');
    const answer = await this.#troupes.get(name)?.do(line);
    if (answer?.fact === 'posted') this.kept.topics.set(answer.title, { id: answer.topic });
    if (answer?.fact === 'placed') this.kept.topics.set(answer.title, { id: answer.topic, slot: answer.slot, table: answer.table });
    if (answer?.fact === 'granted') this.kept.roles.set(answer.to, answer.role);
    return answer;
  }

  /** One round: topics are posted and placed, the bell rings, people come, some move on, some leave, and it is over. */
  async round({ hangs = false, byHand = false } = {}): Promise<void> {
    this.#round += 1;
    const slot = `Round ${this.#round}`;
    const tables = this.#dice.shuffled(TABLES).slice(0, CONVENERS.length);
    const topics = tables.map((table, index) => ({ title: `${slot}: topic ${index + 1}`, table, convener: CONVENERS[index] as string }));
    this.phase = 'posting';
    await this.#quiet();
    await this.do(`${LEADS} slot ${slot} / 3600 / 60`);
    await Promise.all(topics.map(async ({ title, table, convener }, index) => {
      await pause(this.#dice.below(1_000));
      await this.do(`${convener} post ${title}`);
      if (index === 0) await this.do(`${LEADS} grant ${this.#dice.one(LISTENERS)} / ${this.#dice.one(['helper', 'reporter', 'facilitator'])}`);
      await this.do(`${convener} place ${title} / ${slot} / ${table}`);
    }));
    if (byHand) await this.#postByHand(slot);
    const bells = await this.#setBell(slot, topics);
    await Promise.all([this.#joinAndMove(topics, bells, hangs), pause(bells.closes - Date.now())]);
    await pause(this.#dice.below(1_500));
    this.phase = 'between';
  }

  async #postByHand(slot: string): Promise<void> {
    const { person } = this.pages[0] as { person: Person };
    const free = TABLES.find((table) => ![...this.kept.topics.values()].some((topic) => topic.table === table));
    await postTopic(person, { title: `${slot}: by hand`, ...(free !== undefined && { at: `${slot}: ${free}` }) });
    await closeBoard(person);
  }

  async #setBell(slot: string, topics: readonly { title: string; table: string }[]): Promise<Bells> {
    this.setting = true;
    try {
      await this.#quiet();
      const set = await this.do(`${LEADS} ring ${slot} / ${BELL_IN_S} / ${LASTS_S}`);
      if (set?.fact !== 'slot') throw new Error(`the bell of ${slot} was not set`);
      const board = await this.do(`${LEADS} look`);
      if (board?.fact !== 'board') throw new Error('nobody looked at the board');
      // Topics that were posted by hand too.
      const placed = board.topics.filter((topic) => topic.placed?.slot === set.slot);
      if (placed.length < topics.length) throw new Error(`only ${placed.length} topics are placed in ${slot}`);
      const byTable = new Map(placed.map((topic) => [TABLES[topic.placed?.table ?? -1] ?? '', topic.id as number]));
      const bells: Bells = { slot: set.slot, opens: set.starts_at, closes: set.ends_at, topics: byTable };
      this.bells.push(bells);
      return bells;
    } finally {
      this.setting = false;
    }
  }

  async #joinAndMove(topics: readonly { title: string; table: string; convener: string }[], bells: Bells, hangs: boolean): Promise<void> {
    this.phase = 'joining';
    const joins: Promise<void>[] = topics.map(({ convener, title }) => this.#move(convener, `sit ${title}`, this.#dice.below(2_000)));
    const places = this.#dice.shuffled(topics.flatMap((topic) => Array.from({ length: TAKEN_MAX - 1 }, () => topic)));
    const coming = [...LISTENERS, ...PAGES].map((guest) => ({ guest, topic: this.#placeFor(guest, places) }));
    for (const { guest, topic } of coming) {
      const after = this.#dice.below(COMING_S * 1_000);
      joins.push(PAGES.includes(guest) ? this.#movePage(guest, topic.table, after) : this.#move(guest, `sit ${topic.title}`, after));
    }
    await Promise.all(joins);
    this.phase = 'moving';
    await pause(bells.opens + 1_000 - Date.now());
    const hanging = hangs ? this.#hang() : undefined;
    // The law of two feet: one of each topic moves on, and one just leaves.
    const movers = new Map<string, { guest: string; topic: { title: string } }>();
    for (const { guest, topic } of this.#dice.shuffled(coming)) {
      if (guest !== HANGS && !PAGES.includes(guest) && !movers.has(topic.title)) movers.set(topic.title, { guest, topic });
    }
    const [stays, ...others] = [...movers.values()];
    const moves = others.map(({ guest }, index) =>
      this.#move(guest, `sit ${(others[(index + 1) % others.length] as { topic: { title: string } }).topic.title}`, this.#dice.below(5_000)));
    if (stays !== undefined) moves.push(this.#move(stays.guest, 'leave', this.#dice.below(5_000)));
    await Promise.all(moves);
    await hanging;
  }

  /** A place at another table than where they sit: who comes back to a table at once has not left it. */
  #placeFor<T extends { table: string }>(guest: string, places: T[]): T {
    const last = this.seen.get(guest)?.findLast(({ what }) => what === 'sat' || what === 'in') as { table?: string | null } | undefined;
    const at = places.findIndex(({ table }) => table !== last?.table);
    const [place] = places.splice(Math.max(at, 0), 1);
    if (place === undefined) throw new Error('there are fewer places than guests');
    return place;
  }

  async #move(guest: string, does: string, after_ms: number): Promise<void> {
    await pause(after_ms);
    await this.#quiet();
    this.moving.add(guest);
    await this.do(`${guest} ${does}`);
    this.moving.delete(guest);
  }

  async #movePage(name: string, table: string, after_ms: number): Promise<void> {
    await pause(after_ms);
    await this.#quiet();
    this.moving.add(name);
    await this.pages.find(({ person }) => person.name === name)?.watch.join(table);
    this.moving.delete(name);
  }

  /** A computer hangs until the server takes its line for dead, and a little longer. The visit goes on. */
  async #hang(): Promise<void> {
    this.#troupes.get(HANGS)?.freeze();
    await pause(11_000);
    this.#troupes.get(HANGS)?.thaw();
  }

  async #quiet(): Promise<void> {
    while (this.recovering) await pause(20);
  }

  /** Everybody goes home. */
  async goHome(): Promise<void> {
    await Promise.all(this.pages.map(async ({ person, watch }) => {
      await watch.end();
      await person.leave();
    }));
    await Promise.all([...CONVENERS, ...LISTENERS].map((name) => this.do(`${name} home`)));
  }

  /** Reads all visits as a host, keeps them in mind as acknowledged, and gives them. */
  async readVisits(): Promise<Visit[]> {
    const read = await this.do(`${WATCHES} visits`);
    if (read?.fact !== 'visits') throw new Error('no visits were read');
    const now = new Map(read.visits.map((visit) => [visit.id as number, visit]));
    for (const [id, before] of this.kept.visits) {
      const after = now.get(id);
      if (after === undefined) this.faults.push(`lost: visit ${JSON.stringify(before)}`);
      else if (!isLater(before, after)) this.faults.push(`changed: visit ${JSON.stringify(before)} is ${JSON.stringify(after)}`);
    }
    for (const [id, visit] of now) this.kept.visits.set(id, visit);
    return read.visits;
  }

  /** Looks whether everything that was acknowledged is there, once. */
  async look(): Promise<void> {
    const board = await this.do(`${WATCHES} look`);
    if (board?.fact !== 'board') throw new Error('nobody looked at the board');
    for (const [title, { id, slot, table }] of this.kept.topics) {
      const found = board.topics.find((topic) => (topic.id as number) === id);
      if (found?.title as string | undefined !== title) this.faults.push(`lost: topic ${title}`);
      else if (slot !== undefined && ((found?.placed?.slot as number | undefined) !== slot || TABLES[found?.placed?.table ?? -1] !== table)) {
        this.faults.push(`lost: the place of ${title}, which is ${JSON.stringify(found?.placed)}`);
      }
    }
    const titles = board.topics.map(({ title }) => title as string);
    for (const title of new Set(titles.filter((title, index) => titles.indexOf(title) !== index))) this.faults.push(`doubled: topic ${title}`);
    for (const [name, role] of this.kept.roles) {
      const has = board.people.find((person) => person.name === name)?.role;
      if (has !== role) this.faults.push(`lost: ${name} is ${has ?? 'not there'} and not ${role}`);
    }
    const names = board.people.map(({ name }) => name);
    for (const name of names.filter((name, index) => names.indexOf(name) !== index)) this.faults.push(`doubled: ${name} is there twice`);
  }

  /** Once all have gone home: compares the visits with what guests saw. Gives how many visits were due and right. */
  async compareVisits(): Promise<number> {
    const visits = await eventually('no visit goes on', () => this.readVisits(), (all) => all.every(({ to }) => to !== null), 45_000);
    let count = 0;
    for (const guest of [...CONVENERS, ...LISTENERS, ...PAGES]) {
      const { stays, faults } = staysOf(guest, this.seen.get(guest) ?? [], this.kills, (at) => this.pace.lateBy(at));
      const due = stays.flatMap((stay) => dueOf(stay, this.bells));
      const recorded = visits.filter(({ who }) => (who.name as string) === guest);
      const { missing, surplus } = compare(due, recorded, TABLES);
      if (new Set(recorded.map(({ who }) => who.participant)).size > 1) this.faults.push(`doubled: ${guest} is recorded as two`);
      this.faults.push(...faults, ...missing.map((what) => `lost: ${what}`), ...surplus.map((what) => `doubled: ${guest}: ${what}`));
      count += recorded.length;
    }
    return count;
  }

  async end(): Promise<void> {
    this.pace.end();
    await Promise.all(this.pages.map(({ person }) => person.leave().catch(() => {})));
    await Promise.all([...new Set(this.#troupes.values())].map((troupe) => troupe.stop()));
  }

  #hear(fact: Fact): void {
    const { guest, at } = fact;
    if (fact.fact === 'heard') {
      this.heard.set(guest, at);
      return;
    }
    const seen = fact as { fact: string; table?: string | null };
    if (!['in', 'sat', 'lost', 'rose', 'left', 'leaves'].includes(seen.fact)) return;
    const all = this.seen.get(guest) ?? [];
    this.seen.set(guest, all);
    all.push({ guest, at, what: seen.fact, ...('table' in seen && { table: seen.table }) } as Seen);
  }
}

/** Whether a visit may have become another: what has ended stays as it is, and what goes on may end. */
function isLater(before: Visit, after: Visit): boolean {
  const same = (['table', 'topic', 'slot', 'from'] as const).every((what) => before[what] === after[what])
    && before.who.participant === after.who.participant;
  return same && (before.to === null || before.to === after.to);
}
