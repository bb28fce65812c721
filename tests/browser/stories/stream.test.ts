/** Who comes by WHIP and WHEP, with a client that isn't ours, is heard by a page at the far end of the square, and seen. */
import type { ChildProcess } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leave, listen, missing, publish } from '../support/foreign';
import { LONG } from '../support/maps';
import { Person } from '../support/person';
import { end, Square, type Links } from '../support/square';
import { eventually } from '../support/waiting';

const lacks = missing();
if (lacks !== undefined) console.warn(`the stories of streams are left out: ${lacks.trim()}`);

describe.skipIf(lacks !== undefined)('a client that is not ours', () => {
  let square: Square;
  let links: Links;
  let ann: Person;
  let studio: ChildProcess | undefined;
  let reception: ChildProcess | undefined;

  beforeAll(async () => {
    square = await Square.start();
    links = await square.space('A long square', LONG);
    ann = await Person.arrive(links.join, 'Ann');
    await ann.page.getByRole('button', { name: 'Join table Fjord', exact: true }).click();
    await eventually('Ann sits at the far end', () => ann.people(), (people) => people.some(({ me, table }) => me && table !== null), 40_000);
  }, 120_000);

  afterAll(async () => {
    await ann?.leave();
    for (const client of [studio, reception]) if (client) await end(client);
    await square?.stop();
  });

  it('publishes, is heard at the far end of the square, and is in the list', async () => {
    studio = await publish(links.host, 'Studio', 500);
    await ann.hears('Studio');
    const seen = (await ann.people()).find(({ name }) => name === 'Studio');
    expect(seen?.kind).toBe('stream');
    await ann.page.getByText('Live to all: Studio').first().waitFor();
    await ann.page.getByText('Live sound').first().waitFor();
    await ann.picture('stream');
  });

  it('goes by DELETE, and leaves the list', async () => {
    if (studio) await leave(studio);
    await ann.fallsSilent('Studio');
    await eventually('nobody but Ann', () => ann.people(), (people) => people.length === 1);
    await ann.page.getByText('Live to all: Studio').first().waitFor({ state: 'detached' });
  });

  it('listens on the stage, and is never hidden', async () => {
    reception = await listen(links.join, 'Reception');
    const listens = await eventually('a listener', () => ann.people(), (people) => people.some(({ name }) => name === 'Reception'));
    expect(listens.find(({ name }) => name === 'Reception')?.kind).toBe('listener');
    await ann.page.getByText('Listening room').first().waitFor();
    await ann.picture('listener');
    await leave(reception);
    await eventually('nobody but Ann', () => ann.people(), (people) => people.length === 1);
    expect(ann.faults).toEqual([]);
  });
});
