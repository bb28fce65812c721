/** The golden fixtures that Rust and TypeScript both read. */
import { readFileSync } from 'node:fs';
import type { HearingPreset, Point, Segment, TableId, TableWall, TimeMs } from '../src/wire/types';

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../../protocol/fixtures/${name}`, import.meta.url), 'utf8'));
}

export interface PlacedFixture { at: Point; table: { id: TableId; wall: TableWall } | null; listens_to: TableId | null }

export const gains = read('gain.json') as {
  tolerance: number;
  gains: { what: string; preset: HearingPreset; listener: PlacedFixture; speaker: PlacedFixture; gain: number }[];
};

export const motion = read('motion.json') as {
  tolerance_m: number;
  walks: {
    what: string;
    segment: Segment;
    arrival: TimeMs;
    positions: { at: TimeMs; x_m: number; y_m: number }[];
  }[];
};

export const frames = read('frames.json') as {
  frames: { what: string; hex: string; kind: 'motion' | 'levels'; records: unknown[] }[];
  refused: { why: string; hex: string }[];
};

export const clientMessages = read('client_messages.json') as {
  messages: unknown[];
  refused: { why: string; message: unknown }[];
};

export const serverMessages = read('server_messages.json') as { messages: { type: string }[] };

export function bytes(hex: string): ArrayBuffer {
  const numbers = (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
  return new Uint8Array(numbers).buffer;
}
