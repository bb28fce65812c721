import { describe, expect, it } from 'vitest';
import { decodeFrame, encodeMessage, parseMessage, WireError } from '../src/wire/codec';
import type { ClientMessage, MurmurPercent, ParticipantId, RequestId, TableId, ZoneId } from '../src/wire/types';
import { bytes, clientMessages, frames, serverMessages } from './fixtures';

describe('binary frames', () => {
  it.each(frames.frames)('reads: $what', ({ hex, kind, records }) => {
    expect(decodeFrame(bytes(hex))).toEqual({ kind, records });
  });

  it.each(frames.refused)('refuses: $why', ({ hex }) => {
    expect(() => decodeFrame(bytes(hex))).toThrow(WireError);
  });
});

describe('messages of the server', () => {
  it.each(serverMessages.messages)('reads $type', (message) => {
    expect(parseMessage(JSON.stringify(message))).toEqual(message);
  });

  it.each(['', 'null', '[]', '7', '{"type":1}', '{"type":"fly"}', '{"type":"toString"}', '{"type":"hello"'])(
    'refuses %j', (text) => expect(() => parseMessage(text)).toThrow(WireError),
  );
});

describe('messages of the client', () => {
  // The compiler holds these to the generated types, the fixtures to what Rust reads.
  const ours: ClientMessage[] = [
    { type: 'walk_to', to: { x: 4.5, y: 12 } },
    { type: 'leave_table' },
    { type: 'walk', walk: 'north_east' },
    { type: 'set_microphone', microphone: 'muted' },
    { type: 'set_ears', open: false },
    { type: 'set_listening', listening: 'mixed', murmur: 100 as MurmurPercent },
    { type: 'speak', to: { kind: 'everybody' } },
    { type: 'speak', to: { kind: 'zone', zone: 2 as ZoneId } },
    { type: 'end_speech' },
    { type: 'change', request: 24 as RequestId, change: { type: 'lend_word', participant: 2 as ParticipantId, lent: true } },
    { type: 'end_sound', sound: 6 as ParticipantId },
    { type: 'move_piece', table: 1 as TableId, piece: { kind: 'bring' } },
    { type: 'move_piece', table: 1 as TableId, piece: { kind: 'give', to: 2 as ParticipantId } },
    { type: 'call_plenum', zone: 0 as ZoneId },
    { type: 'call_plenum', zone: null },
    { type: 'end_plenum' },
    { type: 'decline_plenum' },
    { type: 'let_listen', table: 2 as TableId, allowed: true },
    { type: 'leave' },
  ];

  it.each(ours)('writes $type as Rust reads it', (message) => {
    expect(clientMessages.messages).toContainEqual(JSON.parse(encodeMessage(message)));
  });
});
