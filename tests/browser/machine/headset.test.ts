/** A headset that the system mutes, as a switch on it does. Runs by `support/machine.sh`, which see. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SMALL } from '../support/maps';
import { Person } from '../support/person';
import { Square } from '../support/square';
import { writeVoice } from '../support/voice';
import { eventually } from '../support/waiting';

/** Chromium asks the system once a second, and the page looks twice. */
const TOLD_MS = 4_000;

describe('somebody whose headset is muted by the system', () => {
  let square: Square;
  let folder: string;
  let voice: ChildProcess;
  let ann: Person;
  let bo: Person;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'torg-headset-'));
    const file = join(folder, 'voice.wav');
    await writeVoice(file, 180);
    voice = spawn('sh', ['-c', 'while paplay --device=room "$1"; do :; done', 'sh', file], { stdio: 'ignore' });
    execFileSync('pactl', ['set-default-source', 'headset']);
    square = await Square.start();
    const { join: link } = await square.space('A small square', SMALL);
    bo = await Person.arrive(link, 'Bo', { pitchHz: null });
    ann = await Person.arrive(link, 'Ann', { pitchHz: 'machine' });
    await bo.hears('Ann');
    await eventually('Ann is heard', () => ann.badges(), ({ heard }) => heard === 'heard');
  });

  afterAll(async () => {
    await Promise.all([ann?.leave(), bo?.leave()]);
    await square?.stop();
    voice?.kill();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  const mute = (on: boolean): void => {
    execFileSync('pactl', ['set-source-mute', 'headset', on ? '1' : '0']);
  };

  it('is told so, and what to do', async () => {
    mute(true);
    await eventually('Ann is told', () => ann.badges(), ({ heard }) => heard === 'system_muted', TOLD_MS);
    const words = 'Nobody hears you: the headset or the computer has muted the microphone.';
    await expect(ann.page.getByText(words).first().isVisible()).resolves.toBe(true);
    await expect(ann.page.getByRole('button', { name: 'Check it' }).first().isVisible()).resolves.toBe(true);
    await ann.picture('system-muted');
    await bo.fallsSilent('Ann');
  });

  it('is heard again when the system lets the headset speak', async () => {
    mute(false);
    await eventually('Ann is heard', () => ann.badges(), ({ heard }) => heard === 'heard', TOLD_MS);
    await bo.hears('Ann');
    expect([...ann.faults, ...bo.faults]).toEqual([]);
  });
});
