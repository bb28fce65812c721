/** A talking piece goes round a table of people in Chromium and native guests: who lacks it is told so and heard by nobody. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { barriers } from '../support/looks';
import { SMALL } from '../support/maps';
import { Person } from '../support/person';
import { end, Square, start } from '../support/square';
import { eventually } from '../support/waiting';

describe('a talking piece', () => {
  let square: Square;
  let gro: ReturnType<typeof start> | undefined;
  let hege: Person;
  let ann: Person;

  beforeAll(async () => {
    square = await Square.start();
    const { join, host } = await square.space('A small square', SMALL);
    gro = start('torg-guest', ['join', join, '--name', 'Gro', '--tone', '500', '--table', 'Coffee', '--for', '400']);
    hege = await Person.arrive(host, 'Hege');
    ann = await Person.arrive(join, 'Ann');
    for (const { page } of [hege, ann]) await page.getByRole('button', { name: 'Join table Coffee', exact: true }).click();
    await ann.hears('Gro', 30_000);
    await ann.hears('Hege', 30_000);
    await hege.hears('Ann', 30_000);
  }, 120_000);

  afterAll(async () => {
    await Promise.all([hege?.leave(), ann?.leave()]);
    if (gro) await end(gro);
    await square?.stop();
  });

  /** What somebody is told who is heard by nobody; other words while they speak. */
  const unheard = ({ page }: Person, holder: string) =>
    page.getByText(new RegExp(`nobody hears you(?: now)?: ${holder}`, 'i')).first();

  it('lies in the middle first, and nobody is heard', async () => {
    await hege.page.getByRole('button', { name: 'Pass round a talking piece' }).click();
    await Promise.all([hege, ann].map((person) => unheard(person, 'the talking piece lies in the middle').waitFor()));
    await ann.fallsSilent();
    await hege.fallsSilent();
    await ann.hearsNothing(1_500);
    const microphones = (await ann.people()).map(({ microphone }) => microphone);
    expect(microphones).toEqual(['on', 'on', 'on']);
    await ann.picture('piece-in-the-middle');
    expect(await barriers(ann)).toEqual([]);
  });

  it('makes who takes it heard, and tells all others whom to listen to', async () => {
    await ann.page.getByRole('button', { name: 'Take it', exact: true }).click();
    await ann.page.getByText('You hold the talking piece: at this table only you are heard.').first().waitFor();
    await hege.hears('Ann');
    await unheard(hege, 'Ann holds the talking piece').waitFor();
    await ann.hearsNothing(1_500);
    await hege.picture('piece-held');
  });

  it('is passed on by the button of who holds it', async () => {
    const pass = ann.page.getByRole('button', { name: /^Pass it on to / });
    const next = (await pass.innerText()).replace(/^Pass it on to /, '').trim();
    expect(['Gro', 'Hege']).toContain(next);
    await pass.click();
    await ann.hears(next);
    await hege.fallsSilent('Ann');
    await unheard(ann, `${next} holds the talking piece`).waitFor();
    const other = next === 'Gro' ? 'Hege' : 'Gro';
    await ann.hearsNothing(1_000, other);
    await hege.hearsNothing(1_000, 'Ann');
  });

  it('is put away, and everybody is heard again', async () => {
    await hege.page.getByRole('button', { name: 'Put it away' }).first().click();
    await Promise.all([ann.hears('Gro'), ann.hears('Hege'), hege.hears('Ann')]);
    await eventually('nobody is told that they are unheard', () => ann.page.getByText(/nobody hears you/i).count(), (count) => count === 0);
    expect([...ann.faults, ...hege.faults]).toEqual([]);
  });
});
