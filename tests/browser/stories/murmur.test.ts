/** The murmur of the square: it swells as one walks toward a far table, and voices step out of it near by. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bedPackets, murmur, setMurmur, stream } from '../support/listening';
import { LONG } from '../support/maps';
import { Person } from '../support/person';
import { end, Square, start } from '../support/square';
import { always, eventually, pause } from '../support/waiting';

/** More than the codec's own noise, less than a voice across the whole square, RMS. */
const MURMUR = 0.000_4;

describe('somebody on a long square', () => {
  let square: Square;
  let gro: ReturnType<typeof start> | undefined;
  let ann: Person;
  let bo: Person;

  beforeAll(async () => {
    square = await Square.start();
    const { join } = await square.space('A long square', LONG);
    gro = start('torg-guest', ['join', join, '--name', 'Gro', '--tone', '500', '--table', 'Fjord', '--for', '300']);
    ann = await Person.arrive(join, 'Ann', { pitchHz: null });
    bo = await Person.arrive(join, 'Bo');
    await bo.page.getByRole('button', { name: 'Join table Fjord', exact: true }).click();
    await eventually('Bo sits with Gro', () => ann.people(), (people) => people.filter(({ table }) => table === 0).length === 2, 30_000);
  }, 120_000);

  afterAll(async () => {
    await Promise.all([ann?.leave(), bo?.leave()]);
    if (gro) await end(gro);
    await square?.stop();
  });

  it('hears that something is going on over there, though nobody is near', async () => {
    await setMurmur(ann, 'full');
    await eventually('the slider is at its end', () => stream(ann), (now) => now.murmur === 100 && now.gain === 1);
    await eventually('Ann hears the murmur', () => murmur(ann), ({ played }) => played > MURMUR);
    expect(await ann.page.evaluate(() => window.torg?.slots().every(({ speaker }) => speaker === null))).toBe(true);
    await ann.picture('murmur-far');
  });

  it('hears it swell on the way there', async () => {
    const far = await murmur(ann);
    await ann.hold('ArrowRight', 8_000);
    const near = await murmur(ann);
    // From 48 to 24 metres: twice as loud by the law, and brighter.
    expect(near.played / far.played).toBeGreaterThan(1.5);
    expect(near.played / far.played).toBeLessThan(4);
  });

  it('hears voices step out of it near by, each from its place', async () => {
    await ann.hold('ArrowRight', 7_600);
    await ann.hears('Gro');
    await ann.hears('Bo');
    await eventually('they are in the murmur no more', () => murmur(ann), ({ played }) => played < MURMUR);
    await ann.picture('murmur-near');
  });

  it('never hears their own voice in it', async () => {
    await setMurmur(bo, 'full');
    await pause(500);
    // Ann has no microphone, and Gro sits with Bo: what is left for Bo's murmur would be Bo.
    await always('Bo has no murmur', () => murmur(bo), ({ incoming }) => incoming < MURMUR, 3_000);
  });

  it('has calm when it is off: nothing is played, and nothing comes', async () => {
    await ann.hold('ArrowLeft', 8_000);
    await eventually('Ann hears the murmur', () => murmur(ann), ({ played }) => played > MURMUR);
    await setMurmur(ann, 'off');
    await ann.fallsSilent();
    await pause(1_000);
    const before = await bedPackets(ann);
    await ann.hearsNothing(2_000);
    expect(await bedPackets(ann) - before).toBeLessThan(5);
    await expect(ann.page.getByRole('slider', { name: 'Murmur of the square' }).getAttribute('aria-valuetext')).resolves.toBe('off');
    await setMurmur(ann, 'full');
    await eventually('and it is back', () => murmur(ann), ({ played }) => played > MURMUR);
  });

  it('has the same murmur after the line broke', async () => {
    await ann.cutLine();
    await ann.noticesBreak();
    await ann.isIn();
    await eventually('Ann hears the murmur', () => murmur(ann), ({ played }) => played > MURMUR);
    expect((await stream(ann)).murmur).toBe(100);
    expect(await ann.offers()).toBe(1);
    expect({ ann: ann.faults, bo: bo.faults }).toEqual({ ann: [], bo: [] });
  });
});
