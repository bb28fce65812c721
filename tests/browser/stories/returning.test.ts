/** Lines break and servers restart; people stay where they were. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { breakAtWelcome } from '../support/hooks';
import { SMALL } from '../support/maps';
import { Person } from '../support/person';
import { Square } from '../support/square';
import { eventually } from '../support/waiting';

/** Who somebody is to the server. */
async function idOf(person: Person): Promise<number | undefined> {
  return (await person.people()).find(({ me }) => me)?.id;
}

describe('somebody whose line breaks', () => {
  let square: Square;
  let link: string;
  let ann: Person;
  let bo: Person;

  beforeAll(async () => {
    square = await Square.startToRestart();
    ({ join: link } = await square.space('A small square', SMALL));
    [ann, bo] = [await Person.arrive(link, 'Ann'), await Person.arrive(link, 'Bo')];
    await ann.hears('Bo');
  });

  afterAll(async () => {
    await Promise.all([ann?.leave(), bo?.leave()]);
    await square?.stop();
  });

  it('comes back to the same place, with the sound never negotiated anew', async () => {
    await bo.hold('ArrowRight', 1_000);
    const before = await bo.position();
    const me = await idOf(bo);
    await bo.cutLine();
    await eventually('Bo has noticed', () => bo.page.evaluate(() => window.story.sockets.length), (sockets) => sockets > 1);
    await bo.isIn();
    expect(await idOf(bo)).toBe(me);
    const after = await bo.position();
    expect(Math.hypot(after.x - before.x, after.y - before.y)).toBeLessThan(0.2);
    await ann.hears('Bo');
    expect(await bo.offers()).toBe(1);
  });

  it('is nobody new when the line breaks at the very moment of the welcome', async () => {
    const cem = await Person.arrive(link, 'Cem', { before: (page) => page.addInitScript(breakAtWelcome) });
    try {
      await eventually('the line broke', () => cem.page.evaluate(() => window.story.sockets.length), (sockets) => sockets > 1);
      await cem.isIn();
      const cems = (await ann.people()).filter(({ name }) => name === 'Cem');
      expect(cems.map(({ id, presence }) => ({ id, presence }))).toEqual([{ id: await idOf(cem), presence: 'here' }]);
    } finally {
      await cem.leave();
    }
  });

  it('is told within two seconds that nobody hears them when nothing gets through, and is heard again after', async () => {
    await eventually('Bo is heard', () => bo.badges(), ({ heard }) => heard === 'heard');
    square.freeze();
    await eventually('Bo is told', () => bo.badges(), ({ heard }) => heard !== 'heard', 2_500);
    square.thaw();
    await eventually('Bo is heard again', () => bo.badges(), ({ heard }) => heard === 'heard');
    await ann.hears('Bo');
  });

  it('comes back by itself after the server was killed, and stands where they stood', async () => {
    const before = await bo.position();
    const stopped = square.restart('SIGKILL', 1_500);
    await eventually('the page says so', () => bo.page.getByText('Reconnecting').first().isVisible());
    await bo.picture('reconnecting');
    await stopped;
    await ann.isIn();
    await bo.isIn();
    const after = await bo.position();
    expect(Math.hypot(after.x - before.x, after.y - before.y)).toBeLessThan(0.5);
    await ann.hears('Bo', 20_000);
    await bo.hears('Ann', 20_000);
  });
});
