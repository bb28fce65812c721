/**
 * What people do together at tables, as the page shows it: the talking piece, and listening in passing. Who may not be
 * heard, and who is listened to, is said as well as shown.
 */
import { untrack } from 'svelte';
import { m } from '$paraglide/messages';
import { heardWords } from '../i18n/words';
import type { Core, World } from '../app/ports';
import type { ParticipantId, TableId } from '../wire/types';
import { circleOf, isHushed, nextInCircle } from '../world/piece';
import { announcer } from './announcer.svelte';
import type { MarketState } from './market.svelte';
import { movesPiece } from './rights';
import { watch } from './watch';

/** Somebody with their name. */
export interface Named { readonly id: ParticipantId; readonly name: string }

/** The talking piece at a table, as I see it. */
export interface PieceLine {
  /** Null when it lies in the middle. */
  readonly holder: Named | null;
  readonly isMine: boolean;
  /** Who gets it when it is passed on; null where there is nobody else. */
  readonly next: Named | null;
  /** To whom it can be given, by seat. */
  readonly others: readonly Named[];
}

export class CircleState {
  readonly #market: MarketState;
  readonly #told = $derived.by(() => watch(this.#market.world, 'pieces', 'people', 'space', 'speeches'));
  readonly #toldPassing = $derived.by(() => watch(this.#market.world, 'passing', 'people'));
  /** Where the piece goes round. */
  readonly pieces: World['pieces'] = $derived.by(() => (this.#told(), this.#market.world.pieces));
  readonly letListen: ReadonlySet<TableId> = $derived.by(() => (this.#toldPassing(), this.#market.world.letListen));
  readonly bumblebees: World['bumblebees'] = $derived.by(() => (this.#toldPassing(), this.#market.world.bumblebees));
  /** The piece at my own table; null where none goes round, or I sit nowhere. */
  readonly mine: PieceLine | null = $derived.by(() => {
    const table = this.#market.square.lines.myTable;
    return table === null ? null : this.at(table.id);
  });
  /** Whether I am heard by nobody until I get the piece. */
  readonly isHushed: boolean = $derived.by(() => (this.#told(), isHushed(this.#market.world, this.#market.world.me)));
  /** The name of the table that I listen to in passing. */
  readonly passing: string | null = $derived.by(() => {
    const table = this.bumblebees.get(this.#market.world.me);
    return table === undefined ? null : this.#market.tableName(table);
  });

  readonly #toldHeard = $derived.by(() => watch(this.#market.core.sound, 'badge'));
  readonly #toldMicrophone = $derived.by(() => watch(this.#market.core.microphone, 'muted', 'state'));

  constructor(market: MarketState) {
    this.#market = market;
    this.#announcePiece();
    this.#announcePassing();
  }

  get core(): Core { return this.#market.core; }
  get myTable(): TableId | null { return this.#market.square.lines.myTable?.id ?? null; }

  /** Why I am not heard though the piece is mine; null when I am. */
  get unheard(): 'muted' | 'trouble' | null {
    this.#toldHeard();
    this.#toldMicrophone();
    const { microphone, sound } = this.core;
    if (microphone.state === 'on' && microphone.muted) return 'muted';
    return microphone.state !== 'on' || heardWords(sound.heard).mood === 'trouble' ? 'trouble' : null;
  }

  /** What the piece at my table means for me, in words; null where none goes round. */
  get words(): string | null {
    const { mine } = this;
    if (mine === null) return null;
    if (mine.isMine) return myPieceWords(this.unheard);
    if (mine.holder === null) return m.piece_middle();
    const { name } = mine.holder;
    return this.isHushed ? m.heard_piece({ name }) : m.piece_held({ name });
  }

  /** The piece at a table; null where none goes round. */
  at(table: TableId): PieceLine | null {
    const holder = this.pieces.get(table);
    if (holder === undefined) return null;
    const { world } = this.#market;
    const next = holder === null ? null : nextInCircle(world, table, holder);
    return {
      holder: this.#named(holder), isMine: holder === world.me, next: this.#named(next),
      others: circleOf(world, table).filter((who) => who !== holder).flatMap((who) => this.#named(who) ?? []),
    };
  }

  /** Who holds a piece, wherever: for marks beside their names. */
  holds(who: ParticipantId): boolean {
    for (const holder of this.pieces.values()) if (holder === who) return true;
    return false;
  }

  /** The name of the table that somebody listens to in passing. */
  listensTo(who: ParticipantId): string | null {
    const table = this.bumblebees.get(who);
    return table === undefined ? null : this.#market.tableName(table);
  }

  /** Whether I bring, give and put away the piece at a table. */
  mayMove(table: TableId): boolean {
    this.#told();
    const { world } = this.#market;
    const topic = this.#market.topicNow(table);
    return movesPiece(world.role, this.myTable === table, topic !== null && this.#market.isMine(topic));
  }

  /** Who listens to a table in passing, by name. */
  listeners(table: TableId): readonly Named[] {
    return [...this.bumblebees].filter(([, to]) => to === table).flatMap(([who]) => this.#named(who) ?? [])
      .sort((one, other) => one.name.localeCompare(other.name));
  }

  bring(table: TableId): void { this.core.movePiece(table, { kind: 'bring' }); }
  putAway(table: TableId): void { this.core.movePiece(table, { kind: 'put_away' }); }
  give(table: TableId, to: ParticipantId): void { this.core.movePiece(table, { kind: 'give', to }); }
  layDown(table: TableId): void { this.core.movePiece(table, { kind: 'lay_down' }); }

  /** Takes the piece from the middle of my table. */
  take(): void {
    if (this.myTable !== null) this.core.movePiece(this.myTable, { kind: 'take' });
  }

  #named(who: ParticipantId | null): Named | null {
    const name = who === null ? undefined : this.#market.world.people.get(who)?.name;
    return who === null || name === undefined ? null : { id: who, name };
  }

  /** What the piece at my table means for me: said when that changes. */
  #announcePiece(): void {
    let before: string | null = null;
    $effect(() => {
      const now = this.words;
      const was = before;
      before = now;
      untrack(() => {
        if (now !== null && now !== was) announcer.say(now);
        // Who stands up is told that already.
        else if (now === null && was !== null && this.myTable !== null) announcer.say(m.piece_gone());
      });
    });
  }

  #announcePassing(): void {
    let listening: string | null = null;
    let listeners = new Set<ParticipantId>();
    $effect(() => {
      const now = this.passing;
      if (now !== listening && now !== null) untrack(() => announcer.say(m.passing_you({ table: now })));
      listening = now;
    });
    $effect(() => {
      const now = this.myTable === null ? [] : this.listeners(this.myTable);
      for (const { id, name } of now) if (!listeners.has(id)) untrack(() => announcer.say(m.passing_comes({ name })));
      listeners = new Set(now.map(({ id }) => id));
    });
  }
}

/** That I hold the piece, and that I am heard by it, or not. */
function myPieceWords(unheard: 'muted' | 'trouble' | null): string {
  if (unheard === null) return m.piece_mine();
  return unheard === 'muted' ? m.piece_mine_muted() : m.piece_mine_unheard();
}
