/**
 * The bell: what is said and shown when a slot opens, nears its end and closes, before a topic of mine, and when
 * somebody asks me for something. Nothing here moves anybody: it says what is on, and offers the way.
 */
import { untrack } from 'svelte';
import { m } from '$paraglide/messages';
import type { Cue, Happening } from '../app/ports';
import { clockTime } from '../i18n/times';
import type { Slot, SlotId, TopicCard, TopicId } from '../wire/types';
import { choices } from './choices.svelte';
import type { MarketState } from './market.svelte';
import type { PlenumState } from './plenum.svelte';
import { toasts } from './toasts.svelte';

/** What stands over the map until somebody answers it or puts it away. */
export type BellCard =
  | { kind: 'over' | 'plenum' | 'topics'; slot: Slot }
  | { kind: 'who_hosts'; topic: TopicId };

/** How long before a topic of mine, and before the end, a sign is given. */
const AHEAD_MS = 120_000;
const LOOK_EVERY_MS = 1_000;

export class Bell {
  readonly market: MarketState;
  readonly #plenum: PlenumState;
  card = $state.raw<BellCard | null>(null);
  /** Signs that were given: a topic in a slot, or a slot's end. */
  readonly #given = new Set<string>();

  constructor(market: MarketState, plenum: PlenumState) {
    this.market = market;
    this.#plenum = plenum;
    const { core } = market;
    $effect(() => core.on((part) => {
      const happening = part === 'happening' ? core.happening : null;
      if (happening) untrack(() => this.#hear(happening));
    }));
    $effect(() => {
      const timer = setInterval(() => untrack(() => this.#look()), LOOK_EVERY_MS);
      return () => clearInterval(timer);
    });
  }

  dismiss(): void {
    this.card = null;
  }

  #cue(cue: Cue): void {
    if (choices.cue(cue)) this.market.core.sound.cue(cue);
  }

  /** The bell of a slot; where the space has one of its own, the server plays that. */
  #ring(cue: Cue): void {
    if (!this.market.world.bellSound) this.#cue(cue);
  }

  #hear(happening: Happening): void {
    switch (happening.kind) {
      case 'slot_opened': return this.#opened(happening.slot);
      case 'slot_closed': return this.#closed(happening.slot);
      case 'who_hosts':
        this.card = { kind: 'who_hosts', topic: happening.topic };
        return;
      case 'asked_to_unmute':
        this.#cue('reminder');
        return toasts.say(m.asked_to_unmute({ name: this.#name(happening.by) }), {
          text: m.do_unmute(), act: () => this.market.core.microphone.setMuted(false),
        });
      case 'muted_by':
        return toasts.say(m.muted_by({ name: this.#name(happening.by) }));
      case 'moved': {
        const plenum = this.#plenum.walkedTo();
        return toasts.say(plenum === null ? m.moved() : m.plenum_walked({ where: plenum }));
      }
      case 'topic_merged': {
        const into = this.market.topics.get(happening.into);
        if (into) toasts.say(m.topic_merged({ title: happening.title, into: into.title }), this.#peek(into));
      }
    }
  }

  #name(who: number): string {
    return this.market.world.people.get(who as never)?.name ?? m.a_host();
  }

  #peek(topic: TopicCard): { text: string; act: () => void } {
    return { text: m.look(), act: () => this.market.show({ kind: 'peek', topic: topic.id }) };
  }

  #opened(id: SlotId): void {
    const slot = this.market.slot(id);
    if (!slot) return;
    if (slot.kind === 'break') {
      this.#ring('bell');
      return toasts.say(m.break_until({ name: slot.name, time: clockTime(slot.ends_at) }));
    }
    this.#ring(slot.kind === 'plenum' ? 'called' : 'bell');
    this.card = { kind: slot.kind, slot };
  }

  #closed(id: SlotId): void {
    const slot = this.market.slot(id);
    if (!slot) return;
    // What opens at the same moment says more than what closes.
    if (slot.kind === 'topics') {
      this.#ring('bell');
      this.card = { kind: 'over', slot };
    } else if (this.card && 'slot' in this.card && this.card.slot.id === id) this.card = null;
  }

  #look(): void {
    const { market } = this;
    const now = market.world.now();
    for (const slot of market.slots) {
      if (this.#isNear(slot.starts_at - now)) this.#remind(slot);
      const left_ms = slot.ends_at - now;
      // Who comes in later than that sees the time that is left; "two minutes" would be wrong.
      const isTwo = left_ms <= AHEAD_MS && left_ms > AHEAD_MS - 30_000;
      if (slot.kind === 'topics' && isTwo && market.open.has(slot.id) && this.#first(`end ${slot.id} ${slot.ends_at}`)) {
        this.#cue('reminder');
        toasts.say(m.two_minutes({ name: slot.name }));
      }
    }
  }

  #remind(slot: Slot): void {
    for (const topic of this.market.topics.values()) {
      const cell = topic.placed;
      if (cell?.slot !== slot.id || !this.market.concernsMe(topic)) continue;
      if (!this.#first(`start ${slot.id} ${slot.starts_at} ${topic.id} ${cell.table}`)) continue;
      this.#cue('reminder');
      toasts.say(m.starts_soon({ title: topic.title, table: this.market.tableName(cell.table), time: clockTime(slot.starts_at) }), {
        text: m.take_me(), act: () => this.market.takeMeTo(cell.table),
      });
    }
  }

  #isNear(ahead_ms: number): boolean {
    return ahead_ms > 0 && ahead_ms <= AHEAD_MS;
  }

  #first(sign: string): boolean {
    if (this.#given.has(sign)) return false;
    this.#given.add(sign);
    return true;
  }
}
