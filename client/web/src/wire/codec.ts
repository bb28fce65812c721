/**
 * Messages in and out. JSON text is trusted to have the shape its tag promises, since the server and these types
 * come from one source; what it does not promise is that we know the tag. Binary frames are read as
 * `protocol/src/frame.rs` writes them.
 */
import type { ClientMessage, ParticipantId, Point, Segment, ServerMessage, TimeMs, VoiceLevel } from './types';

/** A binary frame, read. */
export type Frame =
  | { kind: 'motion'; records: readonly MotionRecord[] }
  | { kind: 'levels'; records: readonly LevelRecord[] };

/** A new segment of somebody's motion. */
export interface MotionRecord { participant: ParticipantId; segment: Segment }

/** A voice level that changed. */
export interface LevelRecord { participant: ParticipantId; level: VoiceLevel }

/** Why something that came is no message of ours. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

/** Every tag the server may send; the compiler holds the list complete. */
const SERVER_TAGS: Record<ServerMessage['type'], true> = {
  welcome: true, refused: true, answer: true, entered: true, left: true, renamed: true, microphone_changed: true,
  presence_changed: true, place_changed: true, audio_slot: true, hearing_changed: true, heard: true, media_lost: true,
  pong: true, goodbye: true, done: true, slot_changed: true, slot_removed: true,
  topic_changed: true, topic_removed: true, my_interests: true, topic_detail: true, visits: true, slot_opened: true,
  slot_closed: true, who_hosts: true, role_changed: true, door: true, in_lobby: true, help_calls: true,
  asked_to_unmute: true, muted_by: true, broadcasts_changed: true, spoken_to: true, word_lent: true, kept_out: true,
  pieces_changed: true, plenum_changed: true, let_listen: true, bumblebee: true, bell_sound: true,
};

const KIND_MOTION = 1;
const KIND_LEVELS = 2;
const HEADER_BYTES = 12;
const MOTION_BYTES = 16;
const LEVEL_BYTES = 8;
const LEVEL_SILENT = 127;

/** Writes a message for the server. */
export function encodeMessage(message: ClientMessage): string {
  return JSON.stringify(message);
}

/** Reads a text frame. Throws {@link WireError} for what is not JSON or has a tag we don't know. */
export function parseMessage(text: string): ServerMessage {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new WireError('the server sent text that is not JSON');
  }
  if (!isServerMessage(value)) throw new WireError('the server sent a message of an unknown type');
  return value;
}

function isServerMessage(value: unknown): value is ServerMessage {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
    && Object.hasOwn(SERVER_TAGS, value.type);
}

/** Reads a binary frame. Throws {@link WireError} for one that is cut short, too long or of another kind. */
export function decodeFrame(buffer: ArrayBuffer): Frame {
  if (buffer.byteLength < HEADER_BYTES) throw new WireError('a frame without its header');
  const view = new DataView(buffer);
  const kind = view.getUint8(0);
  const count = view.getUint16(2, true);
  // A double holds milliseconds since 1970 exactly for the next 285,000 years.
  const base = Number(view.getBigUint64(4, true));
  if (kind === KIND_MOTION) {
    return { kind: 'motion', records: readRecords(view, count, MOTION_BYTES, (at) => readMotion(view, at, base)) };
  }
  if (kind === KIND_LEVELS) {
    return { kind: 'levels', records: readRecords(view, count, LEVEL_BYTES, (at) => readLevel(view, at)) };
  }
  throw new WireError(`a frame of the unknown kind ${kind}`);
}

function readRecords<Entry>(view: DataView, count: number, bytes: number, read: (at: number) => Entry): Entry[] {
  const want = HEADER_BYTES + count * bytes;
  if (view.byteLength !== want) throw new WireError(`a frame of ${view.byteLength} bytes that promises ${want}`);
  return Array.from({ length: count }, (_, index) => read(HEADER_BYTES + index * bytes));
}

function readMotion(view: DataView, at: number, base: number): MotionRecord {
  return {
    participant: view.getUint32(at, true) as ParticipantId,
    segment: {
      from: readPoint(view, at + 4),
      to: readPoint(view, at + 8),
      departed: Math.max(0, base + view.getInt16(at + 12, true)) as TimeMs,
      speed_mm_s: view.getUint16(at + 14, true),
    },
  };
}

function readPoint(view: DataView, at: number): Point {
  return { x: view.getUint16(at, true) / 100, y: view.getUint16(at + 2, true) / 100 };
}

function readLevel(view: DataView, at: number): LevelRecord {
  const level = Math.min(view.getUint8(at + 4), LEVEL_SILENT) as VoiceLevel;
  return { participant: view.getUint32(at, true) as ParticipantId, level };
}
