import { describe, expect, it } from 'vitest';
import { murmurGain } from '../src/sound/bed';
import { Handover, type SlotsNow } from '../src/sound/handover';
import type { Listening } from '../src/wire/types';

const SLOTS: SlotsNow = { labelled: 3, waiting: 0 };
const WAITING: SlotsNow = { labelled: 3, waiting: 2 };
const EMPTY: SlotsNow = { labelled: 0, waiting: 0 };

/** When the other way is played, asked every 10 ms after turning at 1,000 ms; null if never in three seconds. */
function turnsAt(to: Listening, roundTrip_ms: number | null, slots: (after_ms: number) => SlotsNow): number | null {
  const handover = new Handover(to === 'mixed' ? 'forwarded' : 'mixed');
  handover.turn(to, 1_000, roundTrip_ms);
  for (let after_ms = 0; after_ms < 3_000; after_ms += 10) {
    if (handover.look(1_000 + after_ms, slots(after_ms)) === to) return after_ms;
  }
  return null;
}

describe('from voices one by one to one stream', () => {
  it('the slots are heard until the server empties them, so that nothing is lost', () => {
    expect(turnsAt('mixed', 40, (after_ms) => (after_ms < 370 ? SLOTS : EMPTY))).toBe(370);
  });

  it('slots that nobody speaks in hold nothing up, but for the time that the stream is on its way', () => {
    expect(turnsAt('mixed', 40, () => EMPTY)).toBe(160);
    expect(turnsAt('mixed', 300, () => EMPTY)).toBe(420);
    expect(turnsAt('mixed', null, () => EMPTY)).toBe(220);
  });

  it('slots that are never emptied are passed over in the end', () => {
    expect(turnsAt('mixed', 40, () => SLOTS)).toBe(2_000);
  });
});

describe('from one stream back to voices one by one', () => {
  it('the stream is heard until every slot plays its speaker', () => {
    const slots = (after_ms: number) => (after_ms < 60 ? EMPTY : after_ms < 130 ? WAITING : SLOTS);
    expect(turnsAt('forwarded', 40, slots)).toBe(130);
  });

  it('no longer than the server goes on with it', () => {
    expect(turnsAt('forwarded', 40, () => WAITING)).toBe(340);
    expect(turnsAt('forwarded', 40, () => EMPTY)).toBe(340);
  });

  it('slots are let through from the moment it was asked for, and not before', () => {
    const handover = new Handover('mixed');
    expect(handover.slotsSound).toBe(false);
    handover.turn('forwarded', 0, 40);
    expect([handover.slotsSound, handover.underWay, handover.played]).toEqual([true, true, 'mixed']);
  });
});

describe('who changes their mind', () => {
  it('keeps what is played', () => {
    const handover = new Handover('forwarded');
    handover.turn('mixed', 0, 40);
    handover.turn('forwarded', 100, 40);
    expect([handover.look(5_000, EMPTY), handover.underWay]).toEqual(['forwarded', false]);
  });

  it('is not held up by asking twice', () => {
    const handover = new Handover('forwarded');
    handover.turn('mixed', 0, 40);
    handover.turn('mixed', 150, 40);
    expect(handover.look(160, EMPTY)).toBe('mixed');
  });
});

describe('the murmur', () => {
  it('is off at nothing, full at a hundred, and 12 dB down half way', () => {
    expect([0, 50, 100].map(murmurGain)).toEqual([0, 0.25, 1]);
  });
});
