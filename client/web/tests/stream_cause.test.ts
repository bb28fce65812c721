import { describe, expect, it } from 'vitest';
import { causeIn, LossWatch, type Device } from '../src/sound/stream_cause';

const desktop: Device = { placesVoices: true, isPhone: false, cores: 8, memory_gb: 8, savesData: false, line: '4g' };
const phone: Device = { ...desktop, isPhone: true };

describe('one stream instead of voices one by one', () => {
  it.each<[string, Device, ReturnType<typeof causeIn>]>([
    ['not for a computer', desktop, null],
    ['not for a computer with two cores', { ...desktop, cores: 2 }, null],
    ['not for a phone that can', phone, null],
    ['not for a phone that tells neither', { ...phone, cores: null, memory_gb: null }, null],
    ['not for a phone of which Safari tells two cores', { ...phone, cores: 2, memory_gb: null, line: null }, null],
    ['for a phone with little memory', { ...phone, memory_gb: 2 }, 'weak_phone'],
    ['for a phone with few cores', { ...phone, cores: 2 }, 'weak_phone'],
    ['for who saves data', { ...desktop, savesData: true }, 'thin_line'],
    ['for a slow line', { ...phone, line: '3g' }, 'thin_line'],
    ['for a browser that places no voices, whatever else', { ...phone, placesVoices: false, line: '2g' }, 'old_browser'],
  ])('%s', (_, device, cause) => {
    expect(causeIn(device)).toBe(cause);
  });
});

/** Fifty packets a second, of which a share gets lost; looked at as often as the app looks. */
class Line {
  readonly #watch = new LossWatch();
  #now_ms = 0;
  #received = 0;
  #lost = 0;

  /** Runs for a while; gives after how long the answer was what is asked for, ms, or null. */
  run(for_ms: number, share: number, until: boolean, packets_s = 50): number | null {
    for (let passed_ms = 0; passed_ms < for_ms; passed_ms += 400) {
      this.#now_ms += 400;
      this.#received += packets_s * 0.4 * (1 - share);
      this.#lost += packets_s * 0.4 * share;
      if (this.#watch.look(this.#now_ms, { received: this.#received, lost: this.#lost }) === until) return passed_ms;
    }
    return null;
  }

  /** Another peer connection counts from nothing. */
  renew(): void {
    [this.#received, this.#lost] = [0, 0];
  }
}

describe('a line that loses', () => {
  it('too much is noticed after ten seconds, and not at once', () => {
    const after_ms = new Line().run(60_000, 0.12, true);
    expect(after_ms).toBeGreaterThanOrEqual(9_600);
    expect(after_ms).toBeLessThan(11_000);
  });

  it('a little is left alone', () => {
    expect(new Line().run(120_000, 0.06, true)).toBeNull();
  });

  it('of a few packets, tells nothing', () => {
    expect(new Line().run(120_000, 0.5, true, 5)).toBeNull();
  });

  it('for a moment is forgiven', () => {
    const line = new Line();
    line.run(20_000, 0, true);
    expect(line.run(400, 1, true)).toBeNull();
    expect(line.run(20_000, 0, true)).toBeNull();
  });

  it('must be good for a minute, then for two, before voices come one by one again', () => {
    const line = new Line();
    line.run(60_000, 0.2, true);
    expect(line.run(60_000, 0.04, false)).toBeNull();
    const first_ms = line.run(200_000, 0, false) ?? 0;
    expect(first_ms).toBeGreaterThan(60_000);
    expect(first_ms).toBeLessThan(75_000);
    line.run(60_000, 0.2, true);
    expect(line.run(300_000, 0, false)).toBeGreaterThan(120_000);
  });

  it('is looked at anew with another peer connection', () => {
    const line = new Line();
    line.run(9_000, 0.3, true);
    line.renew();
    expect(line.run(9_000, 0, true)).toBeNull();
  });
});
