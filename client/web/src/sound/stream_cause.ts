/**
 * Whether sound should come as one stream though nobody chose it: the server then places the voices, and one section
 * carries what nine would. From what the browser tells of itself, and from what gets lost on the way.
 */
import type { StreamCause } from '../app/ports';

/** What is known of the browser, the machine and the line. Null where the browser doesn't tell. */
export interface Device {
  /** Whether the browser can place voices itself. */
  readonly placesVoices: boolean;
  /** Whether a finger is all there is to point with. */
  readonly isPhone: boolean;
  readonly cores: number | null;
  readonly memory_gb: number | null;
  /** The person asked the browser to save data. */
  readonly savesData: boolean;
  /** The kind of line that it feels like (Network Information API): 'slow-2g', '2g', '3g' or '4g'. */
  readonly line: string | null;
}

/** A phone with fewer cores is weak. Safari tells fewer than there are, but tells no memory either. */
const PHONE_CORES_MIN = 4;

/** A phone with so little memory is weak, GB: browsers round to powers of two. */
const PHONE_WEAK_GB = 2;

const SLOW_LINES: readonly (string | null)[] = ['slow-2g', '2g', '3g'];

/** Why one stream is better for this device; null when it isn't. */
export function causeIn({ placesVoices, isPhone, cores, memory_gb, savesData, line }: Device): StreamCause | null {
  if (!placesVoices) return 'old_browser';
  if (savesData || SLOW_LINES.includes(line)) return 'thin_line';
  const isWeak = memory_gb !== null && (memory_gb <= PHONE_WEAK_GB || (cores ?? PHONE_CORES_MIN) < PHONE_CORES_MIN);
  return isPhone && isWeak ? 'weak_phone' : null;
}

/** What browsers tell beside the standard. */
interface Telling {
  readonly deviceMemory?: number;
  readonly connection?: { readonly saveData?: boolean; readonly effectiveType?: string } & Partial<EventTarget>;
}

/** Reads what the browser tells. */
export function readDevice(placesVoices: boolean): Device {
  const { hardwareConcurrency, deviceMemory, connection } = navigator as Navigator & Telling;
  return {
    placesVoices,
    isPhone: matchMedia('(hover: none) and (pointer: coarse)').matches,
    cores: (hardwareConcurrency as number | undefined) ?? null,
    memory_gb: deviceMemory ?? null,
    savesData: connection?.saveData ?? false,
    line: connection?.effectiveType ?? null,
  };
}

/** Calls back when the browser feels another line. */
export function watchLine(changed: () => void): void {
  (navigator as Navigator & Telling).connection?.addEventListener?.('change', changed);
}

/** Counters of packets, since the peer connection was made. */
export interface Counted { readonly received: number; readonly lost: number }

/** How far back loss is looked at, ms. */
const WINDOW_MS = 10_000;

/** Of fewer packets, a share tells nothing: two seconds of one voice. */
const PACKETS_MIN = 100;

/** Losing more than this is too much for voices one by one. */
const LOSS_MAX = 0.08;

/** Losing less than this is good again. */
const LOSS_GOOD = 0.02;

/** How long it must be good before voices come one by one again, ms; twice as long each further time. */
const GOOD_MS = 60_000;

/** Says whether too much gets lost: soon when it does, slowly when it does no more, and ever more slowly. */
export class LossWatch {
  #seen: (Counted & { readonly at_ms: number })[] = [];
  #loses = false;
  #goodSince_ms: number | null = null;
  #times = 0;

  /** Takes the counters. Call a few times a second. */
  look(now_ms: number, counted: Counted): boolean {
    // A counter that falls belongs to another peer connection. Losses may fall: late packets are taken back.
    if (counted.received < (this.#seen.at(-1)?.received ?? 0)) this.#seen = [];
    this.#seen.push({ ...counted, at_ms: now_ms });
    while (now_ms - (this.#seen[1]?.at_ms ?? now_ms) >= WINDOW_MS) this.#seen.shift();
    const share = this.#share(now_ms, counted);
    if (share !== null) this.#judge(now_ms, share);
    return this.#loses;
  }

  /** The share that was lost in the window; null while it is too short, or too little came. */
  #share(now_ms: number, { received, lost }: Counted): number | null {
    const first = this.#seen[0];
    if (first === undefined || now_ms - first.at_ms < WINDOW_MS) return null;
    const lostNow = Math.max(0, lost - first.lost);
    const sent = received - first.received + lostNow;
    return sent < PACKETS_MIN ? null : lostNow / sent;
  }

  #judge(now_ms: number, share: number): void {
    if (!this.#loses) {
      if (share <= LOSS_MAX) return;
      this.#loses = true;
      this.#goodSince_ms = null;
      this.#times += 1;
      return;
    }
    if (share >= LOSS_GOOD) this.#goodSince_ms = null;
    else this.#goodSince_ms ??= now_ms;
    const long_ms = GOOD_MS * 2 ** (this.#times - 1);
    if (this.#goodSince_ms !== null && now_ms - this.#goodSince_ms >= long_ms) this.#loses = false;
  }
}
