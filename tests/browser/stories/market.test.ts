/** The marketplace keeps nobody out: board, look at a topic, form and card, on a desktop and a phone, by day and by night. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { barriers, LOOKS, MOVED_MS } from '../support/looks';
import { MARKET } from '../support/maps';
import { addSlot, agenda, openBoard, postTopic } from '../support/market';
import { Person } from '../support/person';
import { end, Square, start } from '../support/square';
import { eventually, pause } from '../support/waiting';

const TOPICS = [
  { title: 'What do young people say themselves?', at: 'Round 1: Oak' },
  { title: 'Loneliness: who notices first?', at: 'Round 1: Elm', insists: true, why: 'Bring one thing that somebody lonely told you. I would like us to leave with three things to try before Christmas.' },
  { title: 'Meningsfull aktivitet på dagtid', at: 'Round 1: Birch', insists: true },
  { title: 'A shared calendar between clinic and municipality', at: 'Round 2: Rowan' },
  { title: 'When the hospital PC blocks everything', at: 'Round 2: Pine', insists: true },
  { title: 'Peer support in small places' },
  { title: 'Who speaks for the next of kin?' },
];
const [, PEEKED] = TOPICS;

describe('a marketplace', () => {
  let square: Square;
  let join: string;
  let crowd: ReturnType<typeof start> | undefined;
  let hege: Person;

  beforeAll(async () => {
    square = await Square.start();
    const links = await square.space('Autumn gathering', MARKET);
    ({ join } = links);
    hege = await Person.arrive(links.host, 'Hege', { pitchHz: null });
    await addSlot(hege, { name: 'Welcome', in_s: -1_800, lasts_s: 1_200, kind: 'Plenum' });
    await addSlot(hege, { name: 'Round 1', in_s: -600, lasts_s: 2_400 });
    await addSlot(hege, { name: 'Coffee', in_s: 1_800, lasts_s: 900, kind: 'Break' });
    await addSlot(hege, { name: 'Round 2', in_s: 2_700, lasts_s: 1_800 });
    await addSlot(hege, { name: 'Harvest', in_s: 4_500, lasts_s: 1_200, kind: 'Plenum' });
    for (const topic of TOPICS) await postTopic(hege, topic);
    crowd = start('torg-guest', ['crowd', join, '--guests', '12', '--speaking', '3', '--for', '300']);
  }, 120_000);

  afterAll(async () => {
    if (crowd) await end(crowd);
    await hege?.leave();
    await square?.stop();
  });

  for (const [look, coming] of LOOKS) {
    it(`keeps nobody out: ${look}`, async () => {
      const ann = await Person.arrive(join, 'Ann', coming);
      const found: Record<string, string[]> = {};
      const keep = async (what: string): Promise<void> => {
        await pause(MOVED_MS);
        await ann.picture(`market-${what}-${look}`);
        found[what] = await barriers(ann);
      };
      try {
        await eventually('all topics are there', () => agenda(ann), ({ topics }) => topics.length === TOPICS.length);
        await eventually('the crowd is there', () => ann.people(), ({ length }) => length === 14);
        await ann.page.getByRole('region', { name: 'What is on' }).waitFor();
        await keep('latecomer');
        await openBoard(ann);
        await keep('board');
        await ann.page.getByText(PEEKED?.title ?? '', { exact: true }).first().click();
        await ann.page.getByText(PEEKED?.why ?? '').waitFor();
        await keep('peek');
        await ann.page.keyboard.press('Escape');
        await ann.page.getByRole('button', { name: 'Post a topic', exact: true }).click();
        await ann.page.getByLabel('What do you want to talk about?').fill('What would make Mondays worth it?');
        await keep('post');
        expect(found).toEqual({ latecomer: [], board: [], peek: [], post: [] });
        expect(ann.faults).toEqual([]);
        expect(ann.strayRequests).toEqual([]);
      } finally {
        await ann.leave();
      }
    });
  }
});
