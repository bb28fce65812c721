import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchDoor } from '../src/app/door';
import type { Glance } from '../src/app/ports';
import { glanceAt } from '../src/wire/door';

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('who stands before the door', () => {
  it('is told what changed, keeps what was seen when a look fails, and looks no more after', async () => {
    const views: (Glance | null)[] = [null, { name: 'Torg', people: 1 }, { name: 'Torg', people: 1 }, null, { name: 'Torg', people: 2 }];
    const seen: number[] = [];
    let looks = 0;
    let isSeen = true;
    const stop = watchDoor({
      look: () => Promise.resolve(views[looks++] ?? null),
      isSeen: () => isSeen,
      seen: ({ people }) => seen.push(people),
    });
    await vi.advanceTimersByTimeAsync(45_000);
    expect([looks, seen]).toEqual([5, [1, 2]]);
    isSeen = false;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(looks).toBe(5);
    isSeen = true;
    stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(looks).toBe(5);
  });
});

describe('a glance', () => {
  const answers = (response: () => Promise<Response>): ReturnType<typeof vi.fn> => {
    const asked = vi.fn(response);
    vi.stubGlobal('fetch', asked);
    return asked;
  };
  const json = (value: unknown, status = 200) => () => Promise.resolve(new Response(JSON.stringify(value), { status }));
  const link = { space: 'torg', token: 'TOKEN' };

  it('asks with the token of the link', async () => {
    const asked = answers(json({ id: 'torg', name: 'Torget', people: 12 }));
    expect(await glanceAt(link)).toEqual({ name: 'Torget', people: 12 });
    expect(asked).toHaveBeenCalledWith('/api/spaces/torg', expect.objectContaining({ headers: { authorization: 'Bearer TOKEN' } }));
  });

  it.each([
    ['a refusal', json({ code: 'link', message: 'No.' }, 401)],
    ['another shape', json({ name: 7 })],
    ['no JSON', () => Promise.resolve(new Response('<html>'))],
    ['no answer', () => Promise.reject(new TypeError('Failed to fetch'))],
  ])('is nothing after %s', async (_, response) => {
    answers(response);
    expect(await glanceAt(link)).toBeNull();
  });
});
