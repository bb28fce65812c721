/** What is spoken on the left arrives on the left: Chromium decodes as mono unless the offer asks for stereo. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { speakInStereo, tonesBySide } from '../support/hooks';
import { SMALL } from '../support/maps';
import { Person } from '../support/person';
import { Square } from '../support/square';

/** Tones far enough apart for one codec and one analyser. */
const TONES = [600, 1_500] as const;

describe('a stereo source', () => {
  let square: Square;
  let ann: Person;
  let bo: Person;

  beforeAll(async () => {
    square = await Square.start();
    const { join } = await square.space('A small square', SMALL);
    ann = await Person.arrive(join, 'Ann', { pitchHz: null });
    bo = await Person.arrive(join, 'Bo', { before: (page) => page.addInitScript(speakInStereo, TONES) });
  });

  afterAll(async () => {
    await Promise.all([ann?.leave(), bo?.leave()]);
    await square?.stop();
  });

  it('is decoded as left and right', async () => {
    await ann.hears('Bo');
    const { low, high } = await ann.page.evaluate(tonesBySide, TONES);
    expect(low.left).toBeGreaterThan(10 * low.right);
    expect(high.right).toBeGreaterThan(10 * high.left);
  });
});
