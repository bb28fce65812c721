import { describe, expect, it } from 'vitest';
import { Requests } from '../src/app/requests';
import type { Change, ClientMessage, RequestId, TopicId } from '../src/wire/types';

const mark = (topic: number): Change => ({ type: 'set_interest', topic: topic as TopicId, interested: true });

function asked() {
  const said: ClientMessage[] = [];
  const requests = new Requests();
  return { requests, said, send: (message: ClientMessage) => { said.push(message); } };
}

describe('requests', () => {
  it('bring each answer to who asked', async () => {
    const { requests, said, send } = asked();
    const first = requests.ask(mark(1), send);
    const second = requests.ask(mark(2), send);
    expect(said).toEqual([
      { type: 'change', request: 1, change: mark(1) }, { type: 'change', request: 2, change: mark(2) },
    ]);
    requests.done(2 as RequestId, { topic: 7 as TopicId });
    expect(requests.refused(1 as RequestId, 'cell_taken', 'Taken.')).toBe(true);
    await expect(second).resolves.toEqual({ topic: 7 });
    await expect(first).rejects.toMatchObject({ code: 'cell_taken', message: 'Taken.' });
  });

  it('are refused at once without a line, and when it breaks before the answer', async () => {
    const { requests, said, send } = asked();
    await expect(requests.ask(mark(1), null)).rejects.toMatchObject({ code: 'line_down' });
    expect(said).toEqual([]);
    const waiting = requests.ask(mark(2), send);
    requests.lineBroke();
    await expect(waiting).rejects.toMatchObject({ code: 'line_lost' });
    requests.done(1 as RequestId, null);
  });

  it('leave answers alone that nobody waits for', () => {
    const { requests } = asked();
    expect(requests.refused(9 as RequestId, 'unknown', 'Gone.')).toBe(false);
  });

  it('are bounded', async () => {
    const { requests, send } = asked();
    const all = Array.from({ length: 64 }, (_, index) => requests.ask(mark(index), send));
    await expect(requests.ask(mark(99), send)).rejects.toMatchObject({ code: 'too_frequent' });
    requests.lineBroke();
    expect((await Promise.allSettled(all)).every(({ status }) => status === 'rejected')).toBe(true);
  });
});
