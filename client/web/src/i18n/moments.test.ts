import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TimeMs } from '../wire/types';
import { countdown, fromLocalInput, inNynorsk, isSameDay, isTwice, toLocalInput } from './moments';

const at = (iso: string): TimeMs => Date.parse(iso) as TimeMs;

describe('moments in Oslo', () => {
  const zone = process.env['TZ'];
  beforeAll(() => { process.env['TZ'] = 'Europe/Oslo'; });
  afterAll(() => { process.env['TZ'] = zone; });

  it('go to a field and back, summer and winter', () => {
    for (const iso of ['2026-07-01T08:15:00Z', '2026-12-01T08:15:00Z']) {
      const moment = at(iso);
      expect(fromLocalInput(toLocalInput(moment), 0 as TimeMs)).toBe(moment);
    }
    expect(toLocalInput(at('2026-07-01T08:15:00Z'))).toBe('2026-07-01T10:15');
    expect(toLocalInput(at('2026-12-01T08:15:00Z'))).toBe('2026-12-01T09:15');
  });

  it('stay what they were when the field is left alone, also in the hour that comes twice', () => {
    const second = at('2026-10-25T01:30:20Z');
    expect(toLocalInput(second)).toBe('2026-10-25T02:30');
    expect(fromLocalInput('2026-10-25T02:30', second)).toBe(second);
    expect(isTwice(second)).toBe(true);
    expect(isTwice(at('2026-10-25T03:30:00Z'))).toBe(false);
  });

  it('are refused when they are none', () => {
    expect(fromLocalInput('', 5 as TimeMs)).toBeNull();
    expect(fromLocalInput('1950-01-01T10:00', 5 as TimeMs)).toBeNull();
  });

  it('fall on the day of the wall, not of Greenwich', () => {
    expect(isSameDay(at('2026-11-24T22:30:00Z'), at('2026-11-24T23:30:00Z'))).toBe(false);
    expect(isSameDay(at('2026-11-24T23:30:00Z'), at('2026-11-25T08:00:00Z'))).toBe(true);
  });
});

describe('words of time', () => {
  it('count down without jumping', () => {
    expect([850_000, 849_001, 60_000, 9_000, 1, 0, -5_000].map(countdown))
      .toEqual(['14:10', '14:10', '1:00', '0:09', '0:01', '0:00', '0:00']);
    expect(countdown(3_850_000)).toBe('1:04:10');
  });

  it('name days in nynorsk', () => {
    expect(inNynorsk('tirsdag 24. november')).toBe('tysdag 24. november');
    expect(inNynorsk('onsdag 25. november')).toBe('onsdag 25. november');
  });
});
