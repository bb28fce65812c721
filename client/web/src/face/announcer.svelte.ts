/** What is said politely to who can't see it: one live region for the whole page, one sentence at a time. */
import { untrack } from 'svelte';
import { m } from '$paraglide/messages';
import type { World } from '../app/ports';
import type { ParticipantId } from '../wire/types';
import type { SquareState } from './square.svelte';

/** A sentence that is said again must leave the region first, or it is not read. */
const PAUSE_MS = 60;
/** How long a sentence stays at least: one that is replaced at once is never read. */
const STAYS_MS = 1_000;
/** More than this waiting is old before it is said: the oldest go. */
const WAITING_MAX = 3;

class Announcer {
  text = $state('');
  #waiting: readonly string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  say(text: string): void {
    this.#waiting = [...this.#waiting, text].slice(-WAITING_MAX);
    if (this.#timer === undefined) this.#next();
  }

  #next(): void {
    const [text, ...waiting] = this.#waiting;
    this.#timer = undefined;
    if (text === undefined) return;
    this.#waiting = waiting;
    this.text = '';
    this.#timer = setTimeout(() => {
      this.text = text;
      this.#timer = setTimeout(() => this.#next(), STAYS_MS);
    }, PAUSE_MS);
  }
}

export const announcer = new Announcer();

/** Says who sits down at my table and who leaves it, and where I am. Call while a component is being made. */
export function announceSquare(square: SquareState): void {
  let world: World | null = null;
  let table: string | null = null;
  let others = new Map<ParticipantId, string>();
  $effect(() => {
    const mine = square.lines.myTable;
    const isNewWorld = world !== square.world;
    world = square.world;
    const now = new Map((mine?.people ?? []).filter((line) => !line.isMe).map((line) => [line.id, line.name]));
    untrack(() => {
      if (isNewWorld) return;
      if (mine && mine.name !== table) announcer.say(m.said_you_sat_down({ name: mine.name }));
      else if (!mine && table !== null) announcer.say(m.said_you_stood_up());
      else {
        for (const [id, name] of now) if (!others.has(id)) announcer.say(m.said_sat_down({ name }));
        for (const [id, name] of others) if (!now.has(id)) announcer.say(m.said_stood_up({ name }));
      }
    });
    table = mine?.name ?? null;
    others = now;
  });

  $effect(() => {
    const heading = square.heading;
    if (heading) untrack(() => announcer.say(m.said_on_the_way({ name: heading.name })));
  });

  let hearing: string | null = null;
  $effect(() => {
    if (hearing !== null && hearing !== square.hearing) announcer.say(m.said_hearing({ metres: square.earshot_m }));
    hearing = square.hearing;
  });
}
