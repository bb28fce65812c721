/** All sound in one stream that the server mixed: left and right, never one's own voice, and no gap between the ways. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tonesBySide } from '../support/hooks';
import { chooseWay, longest, median, readWhile, stream } from '../support/listening';
import { LONG } from '../support/maps';
import { Person } from '../support/person';
import { end, Square, start } from '../support/square';
import { eventually, pause } from '../support/waiting';

const TONES = [600, 1_500] as const;

/** Where Ann stands: the foyer is about here. */
const [LEFT, RIGHT] = ['1.2,6', '6.8,6'];

/** A pause that nobody notices in a voice, ms: a moment of quiet between two packets is as long. */
const GAP_MS = 60;

/** So long two ways may be heard at once, ms: the server goes on with the old one for 300 ms. */
const TWICE_MS = 450;

describe('somebody with one stream', () => {
  let square: Square;
  let link: string;
  let guests: ReturnType<typeof start>[] = [];
  let ann: Person;
  let bo: Person;

  beforeAll(async () => {
    square = await Square.start();
    link = (await square.space('A long square', LONG)).join;
    guests = [['Gro', TONES[0], LEFT], ['Per', TONES[1], RIGHT]].map(([name, tone, at]) =>
      start('torg-guest', ['join', link, '--name', String(name), '--tone', String(tone), '--at', String(at), '--for', '300']));
    ann = await Person.arrive(link, 'Ann');
    await ann.hears('Gro');
    await ann.hears('Per');
  }, 60_000);

  afterAll(async () => {
    await Promise.all([ann?.leave(), bo?.leave(), ...guests.map((guest) => end(guest))]);
    await square?.stop();
  });

  /** Listens from before a change of ways until well after it. */
  const switching = (way: 'Voices one by one' | 'One stream') => readWhile(ann, async () => {
    await pause(500);
    await chooseWay(ann, way);
    await pause(2_500);
  });

  it('goes over to it without a gap, and hears nobody twice for long', async () => {
    const readings = await switching('One stream');
    const middle = median(readings);
    expect(middle).toBeGreaterThan(0.01);
    expect(longest(readings, (rms) => rms < middle / 4)).toBeLessThan(GAP_MS);
    expect(longest(readings, (rms) => rms > middle * 1.6)).toBeLessThan(TWICE_MS);
    expect(await stream(ann)).toMatchObject({ listening: 'mixed', played: 'mixed', gain: 1 });
    expect(await ann.page.evaluate(() => window.torg?.slots().every(({ speaker }) => speaker === null))).toBe(true);
    await eventually('Ann is told that she hears', () => ann.badges(), ({ hearing }) => hearing === 'hearing');
    await eventually('and that she is heard', () => ann.badges(), ({ heard, by }) => heard === 'heard' && by === 2);
  });

  it('hears each from where they stand', async () => {
    const { low, high } = await ann.page.evaluate(tonesBySide, TONES);
    expect(low.left).toBeGreaterThan(3 * low.right);
    expect(high.right).toBeGreaterThan(3 * high.left);
    await ann.page.getByRole('button', { name: 'Sound', exact: true }).click();
    await ann.picture('one-stream');
    await ann.page.keyboard.press('Escape');
    // One stream has no single volumes, so there is nothing to set them by.
    expect(await ann.page.getByRole('button', { name: 'Volume of Gro' }).count()).toBe(0);
  });

  it('goes back without a gap', async () => {
    const readings = await switching('Voices one by one');
    const middle = median(readings);
    expect(longest(readings, (rms) => rms < middle / 4)).toBeLessThan(GAP_MS);
    expect(longest(readings, (rms) => rms > middle * 1.6)).toBeLessThan(TWICE_MS);
    await eventually('they have their slots', () => ann.hearing('Gro'), (level) => level > 0.01);
    expect(await stream(ann)).toMatchObject({ listening: 'forwarded', played: 'forwarded' });
  });

  it('never hears themselves', async () => {
    await chooseWay(ann, 'One stream');
    await Promise.all(guests.map((guest) => end(guest)));
    guests = [];
    bo = await Person.arrive(link, 'Bo', { pitchHz: null });
    await eventually('the two are gone', () => ann.people(), ({ length }) => length === 2, 40_000);
    await bo.hears('Ann');
    await ann.fallsSilent();
    await ann.hearsNothing(3_000);
    expect(ann.faults).toEqual([]);
  });
});

describe('somebody whose line is thin', () => {
  it('gets one stream by itself, and is told so once', async () => {
    const square = await Square.start();
    const { join } = await square.space('A long square', LONG);
    const gro = start('torg-guest', ['join', join, '--name', 'Gro', '--tone', '500', '--at', '5,6', '--for', '120']);
    const thin = (page: Person['page']) => page.addInitScript(() => {
      Object.defineProperty(navigator, 'connection', { value: { saveData: true, effectiveType: '4g' } });
    });
    const ann = await Person.arrive(join, 'Ann', { before: thin });
    try {
      await eventually('it comes as one stream', () => stream(ann), ({ played, cause }) => played === 'mixed' && cause === 'thin_line');
      await eventually('Ann hears Gro in it', () => ann.hearing(), (level) => level > 0.01);
      const words = ann.page.getByText('Your line is slow, so all sound comes to you as one stream.').first();
      await words.waitFor();
      await ann.picture('one-stream-told');
      await chooseWay(ann, 'Voices one by one');
      await ann.hears('Gro');
      expect(ann.faults).toEqual([]);
    } finally {
      await Promise.all([ann.leave(), end(gro)]);
      await square.stop();
    }
  });
});
