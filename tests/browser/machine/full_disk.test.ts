/** A server whose disk is full: what lasts is refused in words, and sound and walking go on. Runs by `support/machine.sh`. */
import { execFileSync } from 'node:child_process';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isInSight } from '../support/looks';
import { SMALL } from '../support/maps';
import { openBoard, postTopic, topic } from '../support/market';
import { Person } from '../support/person';
import { Square } from '../support/square';
import { eventually } from '../support/waiting';

const DISK = '3m';

describe('a square whose disk is full', () => {
  let disk: string;
  let square: Square;
  let link: string;
  let ann: Person;
  let bo: Person;

  beforeAll(async () => {
    disk = await mkdtemp(join(tmpdir(), 'torg-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK}`, 'torg', disk]);
    square = await Square.startToRestart(['--record-url', `sqlite:${join(disk, 'record.sqlite')}`]);
    ({ join: link } = await square.space('A small square', SMALL));
    [ann, bo] = [await Person.arrive(link, 'Ann'), await Person.arrive(link, 'Bo')];
    await bo.hears('Ann');
    await postTopic(ann, { title: 'While there is room' });
  }, 120_000);

  afterAll(async () => {
    await Promise.all([ann?.leave(), bo?.leave()]);
    await square?.stop();
    execFileSync('umount', [disk]);
    await rm(disk, { recursive: true });
  });

  const filler = (): string => join(disk, 'something-else');

  /** Takes all the room that there is. */
  async function fill(): Promise<void> {
    for (const block of [65_536, 4_096, 1]) {
      for (;;) {
        try {
          await appendFile(filler(), Buffer.alloc(block));
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
          break;
        }
      }
    }
  }

  const form = () => ann.page.getByRole('dialog', { name: 'Post a topic' });
  const title = () => form().getByLabel('What do you want to talk about?');

  it('says that nothing was kept, and keeps what was typed', async () => {
    await fill();
    await openBoard(ann);
    await ann.page.getByRole('button', { name: 'Post a topic', exact: true }).click();
    await title().fill('For later');
    await form().getByRole('button', { name: 'Post it' }).click();
    const why = form().getByRole('alert').filter({ hasText: 'cannot save anything right now' });
    await why.waitFor();
    expect(await isInSight(why)).toBe(true);
    await ann.picture('disk-full');
    await expect(title().inputValue()).resolves.toBe('For later');
    expect(await topic(bo, 'For later')).toBeUndefined();
  });

  it('lets people talk and walk as if nothing were', async () => {
    await bo.hears('Ann');
    const before = await bo.position();
    await bo.page.keyboard.down('ArrowDown');
    await eventually('Bo walks', () => bo.position(), ({ y }) => Math.abs(y - before.y) > 0.5);
    await bo.page.keyboard.up('ArrowDown');
    await eventually('Ann sees Bo walk', () => ann.position('Bo'), ({ y }) => Math.abs(y - before.y) > 0.5);
    await ann.hears('Bo');
  });

  it('takes it when there is room again, and has lost nothing', async () => {
    await rm(filler());
    await eventually('it is posted', async () => {
      const button = form().getByRole('button', { name: 'Post it' });
      if (await button.isVisible()) await button.click();
      return topic(bo, 'For later');
    }, Boolean, 20_000);
    const noticed = bo.noticesBreak();
    await square.restart('SIGKILL');
    await noticed;
    await bo.isIn();
    for (const kept of ['While there is room', 'For later']) {
      await eventually(`"${kept}" is kept`, () => topic(bo, kept), Boolean);
    }
    expect([ann.faults, bo.faults]).toEqual([[], []]);
  });
});
