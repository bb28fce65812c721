import { describe, expect, it } from 'vitest';
import { cellFrom, cellKey, draftFrom, emptyDraft, textOf } from './topic_draft';

describe('a topic being written', () => {
  it('comes back from what was kept, and leaves out what has no shape', () => {
    const empty = emptyDraft('');
    expect(draftFrom(null, empty)).toBe(empty);
    expect(draftFrom('a title', empty)).toBe(empty);
    expect(draftFrom({ title: 'Trust', needs: ['quiet', 'fly', 7], wish: 4, at: '2.1' }, empty))
      .toEqual({ title: 'Trust', description: '', wish: '', needs: ['quiet'], language: '', at: '2.1' });
  });

  it('is said trimmed, with nothing for what was not chosen', () => {
    expect(textOf({ title: ' Trust ', description: '\n', wish: '', needs: ['screen'], language: '', at: '' }))
      .toEqual({ title: 'Trust', description: '', wish: null, needs: ['screen'], language: null });
    expect(textOf({ ...emptyDraft('nb'), title: 'Tillit', wish: '4' })).toMatchObject({ wish: 4, language: 'nb' });
  });

  it('names cells by text', () => {
    expect(cellFrom(cellKey({ slot: 3, table: 0 } as never))).toEqual({ slot: 3, table: 0 });
    expect(cellFrom('')).toBeNull();
  });
});
