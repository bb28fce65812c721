import { describe, expect, it } from 'vitest';
import type { LanguageTag, TopicCard } from '../../wire/types';
import { ANY, isAny, languagesOf, matching } from './filter';
import { columnsSeen, moved, type GridSize } from './grid';

const topic = (id: number, title: string, name: string, language: string | null): TopicCard => ({
  id, title, convener: { participant: null, name }, co_conveners: [], wish: null, placed: null, needs: [],
  language: language as LanguageTag | null, interested: 0, comments: 0, merge_proposed_by: null,
}) as unknown as TopicCard;

const topics = [
  topic(1, 'Loneliness among the young', 'Åse Ødegård', 'nb'),
  topic(2, 'Digital tools', 'Ola Hansen', 'en'),
  topic(3, 'Unge og arbejde', 'Jens Peter', 'da'),
];
const found = (filter: Partial<typeof ANY>, mine: (one: TopicCard) => boolean = () => false): number[] =>
  [...matching(topics, { ...ANY, ...filter }, mine)];

describe('the filter', () => {
  it('finds words anywhere in titles and names, without case and accents', () => {
    expect(found({})).toEqual([1, 2, 3]);
    expect(found({ text: 'YOUNG lone' })).toEqual([1]);
    expect(found({ text: 'odegard' })).toEqual([1]);
    expect(found({ text: 'ødegård' })).toEqual([1]);
    expect(found({ text: 'ola young' })).toEqual([]);
  });

  it('narrows by language and by what is mine', () => {
    expect(found({ language: 'da' as LanguageTag })).toEqual([3]);
    expect(found({ mine: true }, ({ id }) => id === (2 as never))).toEqual([2]);
    expect(languagesOf(topics)).toEqual(['da', 'en', 'nb']);
    expect(isAny({ ...ANY, text: '  ' })).toBe(true);
    expect(isAny({ ...ANY, mine: true })).toBe(false);
  });
});

describe('the grid', () => {
  const size: GridSize = { slots: 6, tables: 20, isWide: (row) => row === 1 };
  const at = (row: number, column: number, key: string, ctrl = false) => moved({ row, column }, key, ctrl, size);

  it('is walked by arrows and stops at its edges', () => {
    expect(at(2, 3, 'ArrowRight')).toEqual({ row: 2, column: 4 });
    expect(at(2, 20, 'ArrowRight')).toEqual({ row: 2, column: 20 });
    expect(at(0, 0, 'ArrowUp')).toEqual({ row: 0, column: 0 });
    expect(at(6, 2, 'ArrowDown')).toEqual({ row: 6, column: 2 });
    expect(at(2, 3, 'x')).toBeNull();
  });

  it('keeps the column over a row that has one cell', () => {
    expect(at(1, 7, 'ArrowDown')).toEqual({ row: 2, column: 7 });
    expect(at(1, 7, 'ArrowRight')).toEqual({ row: 1, column: 7 });
    expect(at(1, 7, 'ArrowLeft')).toEqual({ row: 1, column: 0 });
    expect(at(1, 0, 'ArrowRight')).toEqual({ row: 1, column: 1 });
  });

  it('jumps to the ends', () => {
    expect(at(3, 5, 'Home')).toEqual({ row: 3, column: 0 });
    expect(at(3, 5, 'End', true)).toEqual({ row: 6, column: 20 });
    expect(at(3, 5, 'PageDown')).toEqual({ row: 6, column: 5 });
  });

  it('renders the columns that are seen, and a few beyond', () => {
    expect(columnsSeen(0, 1_000, 160, 180, 20)).toEqual({ first: 0, end: 7 });
    expect(columnsSeen(1_800, 1_000, 160, 180, 20)).toEqual({ first: 8, end: 17 });
    expect(columnsSeen(0, 0, 160, 180, 1)).toEqual({ first: 0, end: 1 });
    expect(columnsSeen(99_999, 1_000, 160, 180, 20)).toEqual({ first: 20, end: 20 });
  });
});
