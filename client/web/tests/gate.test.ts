import { describe, expect, it } from 'vitest';
import { Gate, type Played, type Sounding } from '../src/sound/gate';
import type { ParticipantId } from '../src/wire/types';

const ANN = 1 as ParticipantId;
const BO = 2 as ParticipantId;

/** A gate whose slot got the label of Bo at 0, asked every 10 ms; when it first opens. */
function opensAt(played: (now_ms: number) => Played | null, silent = (_now_ms: number) => true): number | null {
  const gate = new Gate();
  gate.label(BO, 0);
  for (let now_ms = 0; now_ms < 3_000; now_ms += 10) {
    const slot = { played: () => played(now_ms), silent: () => silent(now_ms) };
    if (gate.isOpen(slot, now_ms)) return now_ms;
  }
  return null;
}

describe('the gate of an audio slot', () => {
  it('stays shut for as long as the buffer plays the speaker before', () => {
    const opened_ms = opensAt((now_ms) => ({ speaker: now_ms < 700 ? ANN : BO, timestamp_ms: now_ms }));
    expect(opened_ms).toBe(730);
    expect(opensAt((now_ms) => ({ speaker: ANN, timestamp_ms: now_ms }))).toBeNull();
  });

  it('opens when the speaker before was silent anyway', () => {
    expect(opensAt(() => ({ speaker: ANN, timestamp_ms: 7 }))).toBe(500);
  });

  it('waits for the end of what a starved decoder makes up', () => {
    expect(opensAt(() => ({ speaker: ANN, timestamp_ms: 7 }), (now_ms) => now_ms >= 900)).toBe(900);
    expect(opensAt(() => null, (now_ms) => now_ms >= 400)).toBe(400);
  });

  it('is not deceived by the pauses of DTX', () => {
    expect(opensAt((now_ms) => ({ speaker: ANN, timestamp_ms: Math.floor(now_ms / 400) }))).toBeNull();
  });

  it('opens on an empty slot before the first word comes', () => {
    expect(opensAt(() => null)).toBe(150);
  });

  it('asks no more once open, and shuts with the next label', () => {
    const gate = new Gate();
    gate.label(BO, 0);
    const bo: Sounding = { played: () => ({ speaker: BO, timestamp_ms: 0 }), silent: () => false };
    const never: Sounding = { played: () => { throw new Error('asked'); }, silent: () => true };
    gate.isOpen(bo, 0);
    expect(gate.isOpen(bo, 40)).toBe(true);
    expect(gate.isOpen(never, 50)).toBe(true);
    gate.label(ANN, 60);
    expect([gate.waiting, gate.isOpen(bo, 70)]).toEqual([true, false]);
    gate.label(null, 80);
    expect([gate.waiting, gate.isOpen(never, 2_000)]).toEqual([false, false]);
  });
});
