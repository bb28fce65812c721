/** Two people meet, talk, walk apart and come back. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setMurmur } from '../support/listening';
import { SMALL } from '../support/maps';
import { Person } from '../support/person';
import { end, Square, start } from '../support/square';
import { eventually, pause } from '../support/waiting';

describe('two people at the square', () => {
  let square: Square;
  let ann: Person;
  let bo: Person;

  beforeAll(async () => {
    square = await Square.start();
    const { join } = await square.space('A small square', SMALL);
    ann = await Person.arrive(join, 'Ann');
    bo = await Person.arrive(join, 'Bo');
  });

  afterAll(async () => {
    await Promise.all([ann?.leave(), bo?.leave()]);
    await square?.stop();
  });

  it('hear each other where they arrive, and are told so', async () => {
    await ann.hears('Bo');
    await bo.hears('Ann');
    await eventually('Ann is told that she is heard', () => ann.badges(), ({ heard, by }) => heard === 'heard' && by === 1);
    await eventually('Bo is told that he hears', () => bo.badges(), ({ hearing }) => hearing === 'hearing');
    await expect(ann.page.getByText('1 person hears you').first().isVisible()).resolves.toBe(true);
  });

  it('fade from each other when one walks away by keyboard', async () => {
    const start = await bo.position();
    await bo.hold('ArrowRight', 3_000);
    const end = await bo.position();
    expect(end.x - start.x).toBeGreaterThan(6.5);
    const seen = await ann.position('Bo');
    expect(Math.hypot(seen.x - end.x, seen.y - end.y)).toBeLessThan(0.2);
    await eventually('Ann is told', () => ann.badges(), ({ heard }) => heard === 'nobody_near', 2_000);
    await Promise.all([ann.fallsSilent('Bo'), bo.fallsSilent('Ann')]);
    // Out of earshot a voice is a part of the murmur; who has that off hears nothing at all.
    await Promise.all([setMurmur(ann, 'off'), setMurmur(bo, 'off')]);
    await ann.fallsSilent();
    await bo.hearsNothing(1_500);
  });

  it('come back without a new offer', async () => {
    await bo.hold('ArrowLeft', 3_000);
    await ann.hears('Bo');
    expect([await ann.offers(), await bo.offers()]).toEqual([1, 1]);
  });

  it('know when somebody mutes, and hear them only while they hold Space', async () => {
    await bo.page.keyboard.press('m');
    await eventually('Bo is told that he is muted', () => bo.badges(), ({ heard }) => heard === 'muted', 2_000);
    await ann.fallsSilent('Bo');
    await bo.hears('Ann');
    await bo.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await bo.page.keyboard.down('Space');
    await ann.hears('Bo');
    await bo.page.keyboard.up('Space');
    await ann.fallsSilent('Bo');
    await bo.page.keyboard.press('m');
    await ann.hears('Bo');
  });

  it('see who speaks already when they come, however evenly', async () => {
    const { join } = await square.space('A square with a tone', SMALL);
    // A tone never changes its level, so nothing is told of it after it began.
    const gro = start('torg-guest', ['join', join, '--name', 'Gro', '--tone', '450', '--for', '120']);
    const cem = await Person.arrive(join, 'Cem', { pitchHz: null });
    const level = async (person: Person) => (await person.people()).find(({ name }) => name === 'Gro')?.level ?? 127;
    try {
      await eventually('Gro speaks', () => level(cem), (level) => level < 40);
      await pause(1_500);
      const dag = await Person.arrive(join, 'Dag', { pitchHz: null });
      try {
        await eventually('Dag sees it', () => level(dag), (level) => level < 40, 2_000);
        await eventually('the list says it', () => dag.page.getByText('speaking', { exact: true }).count());
        await dag.picture('speaks-already');
      } finally {
        await dag.leave();
      }
    } finally {
      await Promise.all([cem.leave(), end(gro)]);
    }
  });

  it('are gone at once when they close the page', async () => {
    const { join } = await square.space('Another small square', SMALL);
    const [cem, dag] = [await Person.arrive(join, 'Cem'), await Person.arrive(join, 'Dag')];
    try {
      await eventually('Cem sees Dag', () => cem.people(), ({ length }) => length === 2);
      await dag.page.close();
      await eventually('Dag is gone, not away', () => cem.people(), ({ length }) => length === 1, 3_000);
    } finally {
      await Promise.all([cem.leave(), dag.leave()]);
    }
  });

  it('find nothing amiss', () => {
    expect({ ann: ann.faults, bo: bo.faults }).toEqual({ ann: [], bo: [] });
    expect([...ann.strayRequests, ...bo.strayRequests]).toEqual([]);
  });
});
