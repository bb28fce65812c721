/** Somebody who speaks and is not heard is told so, with the reason. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goThroughRelay, letSound } from '../support/hooks';
import { SMALL } from '../support/maps';
import { Person } from '../support/person';
import { Square } from '../support/square';
import { UdpRelay } from '../support/udp_relay';
import { eventually } from '../support/waiting';

/** The badge turns within two seconds of the last packet; a busy machine may take a little longer to say it. */
const TOLD_MS = 3_500;

describe('somebody whose sound does not get through', () => {
  let square: Square;
  let relay: UdpRelay;
  let ann: Person;
  let bo: Person;

  beforeAll(async () => {
    square = await Square.start();
    relay = await UdpRelay.start(Number(new URL(square.origin).port));
    const { join } = await square.space('A small square', SMALL);
    const { port } = relay;
    ann = await Person.arrive(join, 'Ann', { before: (page) => page.addInitScript(goThroughRelay, port) });
    bo = await Person.arrive(join, 'Bo');
    await bo.hears('Ann');
    await ann.hears('Bo');
    await eventually('Ann is heard', () => ann.badges(), ({ heard }) => heard === 'heard');
  });

  afterAll(async () => {
    await Promise.all([ann?.leave(), bo?.leave()]);
    relay?.stop();
    await square?.stop();
  });

  const words = 'Nobody hears you: your sound does not reach the server.';
  const isToldWhy = async (): Promise<void> => {
    await eventually('Ann is told', () => ann.badges(), ({ heard }) => heard === 'no_packets', TOLD_MS);
    await expect(ann.page.getByText(words).first().isVisible()).resolves.toBe(true);
  };

  it('is told that it does not reach the server when the network swallows it', async () => {
    relay.swallows = true;
    await isToldWhy();
    await ann.picture('no-packets');
    await bo.fallsSilent('Ann');
    await ann.hears('Bo');
    relay.swallows = false;
    await bo.hears('Ann');
    await eventually('Ann is heard again', () => ann.badges(), ({ heard }) => heard === 'heard');
  });

  it('is told the same when the browser sends none', async () => {
    await ann.page.evaluate(letSound, false);
    await isToldWhy();
    await bo.fallsSilent('Ann');
    await ann.page.evaluate(letSound, true);
    await bo.hears('Ann');
    await eventually('Ann is heard again', () => ann.badges(), ({ heard }) => heard === 'heard');
    expect([...ann.faults, ...bo.faults]).toEqual([]);
  });
});
