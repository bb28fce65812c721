/** A host speaks to all: heard at the far end and inside a closed table, over everything else, by keyboard alone. */
import { devices } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tabTo } from '../support/keys';
import { barriers, isInSight } from '../support/looks';
import { speeches, steady } from '../support/listening';
import { LONG } from '../support/maps';
import { said } from '../support/market';
import { Person } from '../support/person';
import { sign, speakTo, stopSpeaking } from '../support/speech';
import { end, Square, start } from '../support/square';
import { eventually, pause } from '../support/waiting';

const { defaultBrowserType: _, ...phone } = devices['Pixel 7'] as (typeof devices)[string];

/** -12 dB, and what a meter of 21 ms may be off by. */
const [DUCKED_LEAST, DUCKED_MOST] = [0.2, 0.31];

describe('a host who speaks to all', () => {
  let square: Square;
  let gro: ReturnType<typeof start> | undefined;
  let hege: Person;
  let ann: Person;
  let cem: Person;

  beforeAll(async () => {
    square = await Square.start();
    const { join, host } = await square.space('A long square', LONG);
    gro = start('torg-guest', ['join', join, '--name', 'Gro', '--tone', '500', '--at', '54,10', '--for', '400']);
    hege = await Person.arrive(host, 'Hege');
    ann = await Person.arrive(join, 'Ann', { pitchHz: null });
    cem = await Person.arrive(join, 'Cem', { pitchHz: 170 });
    await ann.page.getByRole('button', { name: 'Join table Fjord', exact: true }).click();
    await cem.page.getByRole('button', { name: 'Join table Quiet talk', exact: true }).click();
    await ann.hears('Gro', 30_000);
    await eventually('both sit', () => hege.people(), (people) => people.filter(({ table }) => table !== null).length === 2, 30_000);
  }, 120_000);

  afterAll(async () => {
    await Promise.all([hege?.leave(), ann?.leave(), cem?.leave()]);
    if (gro) await end(gro);
    await square?.stop();
  });

  const bannerOf = ({ page }: Person) => page.getByText('Hege speaks to all').first();

  it('is heard at the far end and inside a closed table, and is told so', async () => {
    await ann.hearsNothing(1_000, 'Hege');
    await speakTo(hege, 'Everybody');
    await Promise.all([ann.hears('Hege'), cem.hears('Hege')]);
    await sign(hege).getByText('You are heard by everybody.').waitFor();
    expect(await isInSight(sign(hege))).toBe(true);
    await eventually('it is said', () => said(hege), (texts) => texts.some((text) => text.includes('You are heard by everybody.')));
    await eventually('and counted', () => hege.badges(), ({ heard, by }) => heard === 'heard' && by === 3);
    await Promise.all([bannerOf(ann).waitFor(), bannerOf(cem).waitFor()]);
    await Promise.all([hege.picture('broadcast-speaker'), ann.picture('broadcast-listener')]);
    expect([...await barriers(hege), ...await barriers(ann)]).toEqual([]);
  });

  it('goes over everything: all else is 12 dB quieter, and comes back after', async () => {
    const during = await steady(ann, 'Gro');
    await stopSpeaking(hege);
    await bannerOf(ann).waitFor({ state: 'detached' });
    await pause(1_500);
    const after = await steady(ann, 'Gro');
    expect(during / after).toBeGreaterThan(DUCKED_LEAST);
    expect(during / after).toBeLessThan(DUCKED_MOST);
    await ann.fallsSilent('Hege');
    await cem.fallsSilent('Hege');
  });

  it('is told when they are muted, and ducks nobody then', async () => {
    const before = await steady(ann, 'Gro');
    await speakTo(hege, 'Everybody');
    await ann.hears('Hege');
    await hege.page.keyboard.press('m');
    await sign(hege).getByText('You speak to everybody, but your microphone is muted.').waitFor();
    await hege.picture('broadcast-muted');
    await eventually('all else is as loud as before', () => ann.hearing('Gro'), (level) => level > 0.9 * before);
    await sign(hege).getByRole('button', { name: 'Unmute' }).click();
    await sign(hege).getByText('You are heard by everybody.').waitFor();
    await ann.hears('Hege');
  });

  it('is kept out of a closed table, where people are told', async () => {
    const keepsOut = hege.page.getByRole('switch', { name: 'Keep announcements out: Quiet talk' });
    await tabTo(hege, 'switch', 'Keep announcements out: Quiet talk');
    await hege.page.keyboard.press('Space');
    await cem.fallsSilent('Hege');
    await ann.hears('Hege');
    await cem.page.getByText('Your table keeps it out.').waitFor();
    await cem.page.getByText('Announcements stay out', { exact: true }).waitFor();
    expect(await cem.page.getByRole('switch', { name: /Keep announcements out/ }).count()).toBe(0);
    await cem.picture('broadcast-kept-out');
    await keepsOut.click();
    await cem.hears('Hege');
    await stopSpeaking(hege);
  });

  it('speaks to one zone alone', async () => {
    await speakTo(hege, 'All in Stage');
    await sign(hege).getByText('You are heard by all in Stage.').waitFor();
    await ann.hearsNothing(1_500, 'Hege');
    expect((await speeches(ann)).spokenTo).toEqual([]);
    await ann.page.getByRole('button', { name: 'Go to Stage' }).click();
    await ann.hears('Hege', 20_000);
    await ann.page.getByText('Hege speaks to all in Stage').first().waitFor();
    await stopSpeaking(hege);
  });

  it('lends the word, to who then may, and takes it back', async () => {
    await hege.page.getByRole('button', { name: 'More about Cem' }).click();
    await hege.page.getByRole('button', { name: 'Lend the word' }).click();
    await cem.page.getByText('You have been lent the word: you may speak to all.').first().waitFor();
    await hege.picture('broadcast-lend');
    await hege.page.keyboard.press('Escape');
    await speakTo(cem, 'Everybody');
    await cem.page.getByText('Nothing leaves a closed table. Leave it first, then speak to all.').first().waitFor();
    await tabTo(cem, 'button', 'Leave table Quiet talk');
    await cem.page.keyboard.press('Enter');
    await eventually('Cem has risen', () => cem.people(), (people) => people.find(({ me }) => me)?.table === null);
    await pause(1_500);
    await speakTo(cem, 'Everybody');
    await Promise.all([hege.hears('Cem'), ann.hears('Cem')]);
    await hege.page.getByText('Cem speaks to all').first().waitFor();
    await hege.page.getByRole('button', { name: 'More about Cem' }).click();
    await hege.page.getByRole('button', { name: 'Take the word back' }).click();
    await hege.page.keyboard.press('Escape');
    await sign(cem).waitFor({ state: 'detached' });
    await cem.page.getByText('You no longer speak to all. You are heard by those near you.').first().waitFor();
    await eventually('the button is gone', () => cem.page.getByRole('button', { name: 'Speak to all' }).count(), (count) => count === 0);
    await ann.fallsSilent('Cem');
  });

  it('finds nothing amiss', () => {
    expect({ hege: hege.faults, ann: ann.faults, cem: cem.faults }).toEqual({ hege: [], ann: [], cem: [] });
  });
});

describe('on a phone', () => {
  it('the sign and the banner are seen, and keep nobody out; who has no microphone is told', async () => {
    const square = await Square.start();
    const { host } = await square.space('A long square', LONG);
    const hege = await Person.arrive(host, 'Hege', { context: phone });
    const ann = await Person.arrive(host, 'Ann', { context: phone, pitchHz: null });
    try {
      await hege.page.getByRole('button', { name: 'Speak to all' }).click();
      await pause(400);
      await hege.picture('broadcast-phone-choice');
      expect(await barriers(hege)).toEqual([]);
      await hege.page.getByRole('button', { name: 'Start speaking' }).click();
      await sign(hege).getByText('You are heard by everybody.').waitFor();
      expect(await isInSight(sign(hege))).toBe(true);
      await ann.page.getByText('Hege speaks to all').first().waitFor();
      await eventually('Ann hears Hege', () => ann.hearing(), (level) => level > 0.01);
      await Promise.all([hege.picture('broadcast-phone-speaker'), ann.picture('broadcast-phone-listener')]);
      expect([...await barriers(hege), ...await barriers(ann)]).toEqual([]);
      await ann.page.getByRole('button', { name: 'Speak to all' }).click();
      await ann.page.getByRole('button', { name: 'Start speaking' }).click();
      await ann.page.getByText('You need a microphone to speak to all.').first().waitFor();
      expect([...hege.faults, ...ann.faults]).toEqual([]);
    } finally {
      await Promise.all([hege.leave(), ann.leave()]);
      await square.stop();
    }
  });
});
