/**
 * Who speaks over everything, as the page shows it, and what is said when that changes: to the speaker that they are
 * heard by everybody, to the others who speaks.
 */
import { untrack } from 'svelte';
import { m } from '$paraglide/messages';
import type { Core, World } from '../app/ports';
import { mySpeechWords, playsWords, type Unheard } from '../i18n/speech';
import { heardWords } from '../i18n/words';
import type { Addressed, Broadcast, ParticipantId, ParticipantKind, TableId, ZoneSpec } from '../wire/types';
import { addressedBy, isKeptOut } from '../world/speech';
import { announcer } from './announcer.svelte';
import { speaksToAll } from './rights';
import type { SquareState } from './square.svelte';
import { toasts } from './toasts.svelte';
import { watch } from './watch';

/** Somebody else who speaks, or something that plays, in words. */
export interface SpeechLine {
  readonly speaker: ParticipantId;
  readonly name: string;
  readonly kind: ParticipantKind;
  /** There to be talked over. */
  readonly background: boolean;
  readonly words: string;
  readonly isKeptOut: boolean;
}

export class SpeechState {
  readonly #square: SquareState;
  readonly #told = $derived.by(() => watch(this.#square.world, 'speeches', 'kept_out', 'people', 'space'));
  readonly #toldHeard = $derived.by(() => watch(this.#square.core.sound, 'badge'));
  readonly #toldMicrophone = $derived.by(() => watch(this.#square.core.microphone, 'muted', 'state'));
  /** To whom I speak; null while my voice is one among others. */
  readonly mine: Addressed | null = $derived.by(() => (this.#told(), addressedBy(this.#square.world, this.#square.world.me)));
  /** Whether I may. */
  readonly may: boolean = $derived.by(() => {
    this.#told();
    const { world } = this.#square;
    return speaksToAll(world.role) || world.wordLent.has(world.me);
  });
  /** Who speaks over everything, for marks beside their names. What plays in the background is not among them. */
  readonly speakers: ReadonlySet<ParticipantId> = $derived.by(() =>
    (this.#told(), new Set(this.#square.world.broadcasts.filter(({ background }) => !background).map(({ speaker }) => speaker))));
  readonly wordLent: ReadonlySet<ParticipantId> = $derived.by(() => (this.#told(), this.#square.world.wordLent));
  /** The closed tables that broadcasts stay out of. */
  readonly keptOut: ReadonlySet<TableId> = $derived.by(() => (this.#told(), this.#square.world.keptOut));
  /** The others whose speech concerns me: it is to everybody, or reaches me. */
  readonly others: readonly SpeechLine[] = $derived.by(() => (this.#told(), othersIn(this.#square.world)));
  /** The sounds and streams that are played now, mine to end. */
  readonly played: readonly { id: ParticipantId; name: string; background: boolean }[] = $derived.by(() => (this.#told(), playedIn(this.#square.world)));
  /** Whether I asked for its end. */
  #asked = false;

  constructor(square: SquareState, openPanel: () => void) {
    this.#square = square;
    this.#announceMine();
    this.#announceOthers();
    this.#announceWord(openPanel);
  }

  get core(): Core { return this.#square.core; }
  get zones(): readonly ZoneSpec[] { return (this.#told(), this.#square.world.space.map.zones); }

  /** Where a listening room may stand: zones and open tables, by name. */
  get listenAt(): readonly string[] {
    this.#told();
    const { zones, tables } = this.#square.world.space.map;
    return [...zones, ...tables.filter(({ wall }) => wall === 'open')].map(({ name }) => name);
  }

  /** Why I am not heard though I speak to all; null when I am. */
  get unheard(): Unheard | null {
    this.#toldHeard();
    this.#toldMicrophone();
    const { microphone, sound } = this.core;
    if (microphone.muted) return 'muted';
    return microphone.state !== 'on' || heardWords(sound.heard).mood === 'trouble' ? 'trouble' : null;
  }

  /** What stands on my sign; null while I don't speak to all. */
  get sign(): string | null {
    return this.mine === null ? null : mySpeechWords(this.mine, this.zones, this.unheard);
  }

  /** Ends a stream or a sound. */
  end(sound: ParticipantId): void {
    this.core.endSound(sound);
  }

  start(to: Addressed): void {
    this.core.speak(to);
  }

  stop(): void {
    this.#asked = true;
    this.core.endSpeech();
  }

  #announceMine(): void {
    let before: string | null = null;
    $effect(() => {
      const now = this.sign;
      const was = before;
      before = now;
      untrack(() => {
        if (now !== null) announcer.say(now);
        // Who did not end it themselves must see it too: they may go on as if everybody heard them.
        else if (was !== null && this.#asked) announcer.say(m.speech_ended());
        else if (was !== null) toasts.say(m.speech_ended());
        if (now === null) this.#asked = false;
      });
    });
  }

  #announceOthers(): void {
    let before = new Map<ParticipantId, SpeechLine>();
    $effect(() => {
      const now = new Map(this.others.map((line) => [line.speaker, line]));
      untrack(() => {
        for (const { speaker, words } of now.values()) if (before.get(speaker)?.words !== words) announcer.say(words);
        for (const { speaker, name, kind, background } of before.values()) {
          if (background || now.has(speaker) || addressedBy(this.#square.world, speaker) !== null) continue;
          announcer.say(kind === 'person' ? m.speaks_over({ name }) : m.plays_over({ name }));
        }
      });
      before = now;
    });
  }

  #announceWord(openPanel: () => void): void {
    let before: { world: World; lent: boolean } | null = null;
    $effect(() => {
      const { world } = this.#square;
      const lent = this.wordLent.has(world.me);
      const was = before;
      before = { world, lent };
      untrack(() => {
        if (was === null || was.lent === lent || speaksToAll(world.role)) return;
        if (lent) toasts.say(m.word_yours(), { text: m.speak_all(), act: openPanel });
        else toasts.say(m.word_gone());
      });
    });
  }
}

function playedIn(world: World): { id: ParticipantId; name: string; background: boolean }[] {
  return world.broadcasts.flatMap(({ speaker, background }) => {
    const person = world.people.get(speaker);
    return person?.kind === 'sound' || person?.kind === 'stream' ? [{ id: speaker, name: person.name, background }] : [];
  });
}

function othersIn(world: World): SpeechLine[] {
  const { zones } = world.space.map;
  const isMeKeptOut = isKeptOut(world, world.me);
  const concernsMe = ({ speaker, to }: Broadcast): boolean =>
    speaker !== world.me && (to.kind === 'everybody' || world.spokenTo.has(speaker));
  return world.broadcasts.filter(concernsMe).flatMap(({ speaker, to, background }) => {
    const person = world.people.get(speaker);
    // That music is kept out needs no saying.
    if (person === undefined || (background && isMeKeptOut)) return [];
    const { name, kind } = person;
    return [{ speaker, name, kind, background, words: playsWords(kind, background, name, to, zones), isKeptOut: isMeKeptOut }];
  }).sort((one, other) => Number(one.background) - Number(other.background));
}
