/** What the board remembers while it is open: the filter, what is dragged, and a placing that was refused. */
import { m } from '$paraglide/messages';
import { announcer } from '../../face/announcer.svelte';
import { Asking } from '../../face/asking.svelte';
import type { MarketState } from '../../face/market.svelte';
import type { Cell, LanguageTag, NamedPerson, TopicCard, TopicId } from '../../wire/types';
import { ANY, isAny, languagesOf, matching, type Filter } from './filter';

/** A placing that was refused: what to try again, or to put aside. */
export interface Conflict { readonly topic: TopicCard; readonly at: Cell; readonly words: string; readonly canInsist: boolean }

export class BoardState {
  readonly market: MarketState;
  readonly asking: Asking;
  filter = $state.raw<Filter>(ANY);
  dragging = $state<TopicId | null>(null);
  conflict = $state.raw<Conflict | null>(null);
  readonly isFiltered: boolean = $derived(!isAny(this.filter));
  readonly shown: ReadonlySet<TopicId> = $derived.by(() =>
    matching(this.market.topics.values(), this.filter, (topic) => this.market.concernsMe(topic)));
  readonly languages: readonly LanguageTag[] = $derived.by(() => languagesOf(this.market.topics.values()));

  constructor(market: MarketState) {
    this.market = market;
    this.asking = new Asking(market.core);
  }

  /** Puts a topic on a cell; a conflict stays on the screen until somebody decides. */
  async place(topic: TopicCard, at: Cell, anyway = false): Promise<void> {
    this.conflict = null;
    if (topic.placed?.slot === at.slot && topic.placed.table === at.table) return;
    if (await this.asking.does({ type: 'place_topic', topic: topic.id, at, anyway })) {
      const slot = this.market.slot(at.slot)?.name ?? '';
      return announcer.say(m.said_placed({ title: topic.title, table: this.market.tableName(at.table), slot }));
    }
    const { refused } = this.asking;
    if (refused) this.#tell({ topic, at, words: conflictWords(this.market, refused, at, topic), canInsist: refused.code === 'convener_busy' });
  }

  async unplace(topic: TopicCard): Promise<void> {
    this.conflict = null;
    if (topic.placed === null) return;
    const at = topic.placed;
    if (await this.asking.does({ type: 'unplace_topic', topic: topic.id })) return announcer.say(m.said_unplaced({ title: topic.title }));
    if (this.asking.refused) this.#tell({ topic, at, words: this.asking.refused.words, canInsist: false });
  }

  #tell(conflict: Conflict): void {
    this.conflict = conflict;
    announcer.say(conflict.words);
  }
}

/**
 * Why a topic can't stand on a cell, with the name of what stands there, or of what its convener brings at that time.
 * The server says that too, but only in English. `topic` is null for one that I am about to post.
 */
export function conflictWords(market: MarketState, refused: { code: string; words: string }, at: Cell, topic: TopicCard | null): string {
  const there = refused.code === 'cell_taken' ? market.topicAt(at) : null;
  if (there) return m.taken_by({ title: there.title, name: there.convener.name });
  const busy = refused.code === 'convener_busy' ? broughtMeanwhile(market, at, topic) : null;
  return busy ? m.busy_with(busy) : refused.words;
}

/** What one of those who bring a topic brings elsewhere in the time of a cell. */
function broughtMeanwhile(market: MarketState, at: Cell, topic: TopicCard | null): { name: string; title: string; slot: string } | null {
  const time = market.slot(at.slot);
  const conveners = (one: TopicCard): NamedPerson[] => [one.convener, ...one.co_conveners];
  const asked = topic ? conveners(topic).map(({ participant }) => participant) : [market.world.me];
  for (const other of market.topics.values()) {
    const slot = other.placed && other.id !== topic?.id ? market.slot(other.placed.slot) : null;
    if (!time || !slot || slot.starts_at >= time.ends_at || time.starts_at >= slot.ends_at) continue;
    const both = conveners(other).find(({ participant }) => participant !== null && asked.includes(participant));
    if (both) return { name: both.name, title: other.title, slot: slot.name };
  }
  return null;
}
