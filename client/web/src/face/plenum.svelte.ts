/** The call to the plenum, as the page shows it: how long is left, and what I answered. */
import { untrack } from 'svelte';
import { createSubscriber } from 'svelte/reactivity';
import { m } from '$paraglide/messages';
import type { Plenum, ZoneId, ZoneSpec } from '../wire/types';
import { isSameCall, plenumZone, secondsUntil } from '../world/plenum';
import { announcer } from './announcer.svelte';
import { choices } from './choices.svelte';
import type { MarketState } from './market.svelte';
import { callsPlenum } from './rights';
import { watch } from './watch';

/** Often enough that no second is skipped. */
const TICK_MS = 200;

/** Who is walked this soon after the call ended is walked because of it, ms. */
const WALKED_WITHIN_MS = 3_000;

export class PlenumState {
  readonly market: MarketState;
  readonly #told = $derived.by(() => watch(this.market.world, 'plenum', 'people', 'space'));
  readonly #ticks = createSubscriber((update) => {
    const timer = setInterval(update, TICK_MS);
    return () => clearInterval(timer);
  });
  readonly call: Plenum | null = $derived.by(() => (this.#told(), this.market.world.plenum));
  /** The call that I declined. */
  #declined = $state.raw<Plenum | null>(null);
  /** Where the last call led, and when it ended. */
  #ended: { readonly call: Plenum; readonly at_ms: number } | null = null;

  constructor(market: MarketState) {
    this.market = market;
    let before: Plenum | null = null;
    $effect(() => {
      const now = this.call;
      const was = before;
      before = now;
      untrack(() => this.#changed(was, now));
    });
  }

  get may(): boolean { return (this.#told(), callsPlenum(this.market.world.role)); }
  get zones(): readonly ZoneSpec[] { return (this.#told(), this.market.world.space.map.zones); }

  /** Whether I stay where I am. */
  get stays(): boolean { return this.call !== null && isSameCall(this.call, this.#declined); }

  get seconds(): number {
    this.#ticks();
    return this.call === null ? 0 : secondsUntil(this.call, this.market.world.now());
  }

  /** Who called; null when it was me. */
  get caller(): string | null {
    const { call } = this;
    if (call === null || call.by === this.market.world.me) return null;
    return this.market.world.people.get(call.by)?.name ?? m.a_host();
  }

  /** Where it leads, by name. */
  get where(): string {
    return this.call === null ? '' : this.#placeOf(this.call);
  }

  start(zone: ZoneId | null): void { this.market.core.callPlenum(zone); }
  callOff(): void { this.market.core.endPlenum(); }

  decline(): void {
    this.#declined = this.call;
    this.market.core.declinePlenum();
    announcer.say(m.plenum_declined());
  }

  /** I declined, and go there after all. */
  goAfterAll(): void {
    const { call } = this;
    if (call === null) return;
    const zone = call.zone ?? plenumZone(this.zones);
    if (zone === null) this.market.goToPlenum();
    else this.market.square.goToZone(zone);
  }

  /** Where I am being walked by a call that has just ended; null when it was something else that walks me. */
  walkedTo(): string | null {
    const { call } = this;
    if (call !== null && secondsUntil(call, this.market.world.now()) === 0) return this.#placeOf(call);
    const isFresh = this.#ended !== null && performance.now() - this.#ended.at_ms < WALKED_WITHIN_MS;
    return isFresh && this.#ended !== null ? this.#placeOf(this.#ended.call) : null;
  }

  #placeOf({ zone }: Plenum): string {
    const led = zone ?? plenumZone(this.zones);
    return (led === null ? null : this.zones[led]?.name) ?? m.plenum_middle();
  }

  #changed(was: Plenum | null, now: Plenum | null): void {
    if (was !== null && now === null) this.#end(was);
    if (now === null || isSameCall(was, now)) return;
    if (choices.cue('called')) this.market.core.sound.cue('called');
    announcer.say(plenumWords(this.seconds, this.where, this.caller));
  }

  #end(call: Plenum): void {
    const isDue = secondsUntil(call, this.market.world.now()) <= 1;
    this.#ended = isDue ? { call, at_ms: performance.now() } : null;
    if (!isDue) announcer.say(m.plenum_off());
  }
}

/** "In 8 s everybody is walked to Stage. Hanne called." */
export function plenumWords(seconds: number, where: string, caller: string | null): string {
  const what = m.plenum_in({ count: seconds, where });
  return `${what} ${caller === null ? m.plenum_you_called() : m.plenum_called({ name: caller })}`;
}
