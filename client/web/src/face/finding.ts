/** Finding somebody, or a table, among hundreds: pure, from what was typed to what is found. */
import type { ParticipantId, TableId } from '../wire/types';
import type { SquareLines } from './lines';

/** With so many people or fewer, a glance finds everybody. */
export const GLANCE_PEOPLE_MAX = 12;

/** What was found. People at a table that was found by its own name are not among `people`. */
export interface Found {
  readonly people: ReadonlySet<ParticipantId>;
  readonly tables: ReadonlySet<TableId>;
  /** People and tables together. */
  readonly count: number;
}

/** Letters that Unicode doesn't take apart (UAX 15), and what people type for them who have no such key. */
const WHOLE_LETTERS: Readonly<Record<string, string>> = { ø: 'o', æ: 'ae', œ: 'oe', ß: 'ss', đ: 'd', ð: 'd', ł: 'l', þ: 'th', ı: 'i' };

/** Text without case and accents, so that "asa odegard" finds Åsa Ødegård. */
export function fold(text: string): string {
  const plain = text.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '');
  return plain.replace(/[øæœßđðłþı]/gu, (letter) => WHOLE_LETTERS[letter] ?? letter);
}

/** Everybody and every table whose name has all the words that were typed; null when none were. */
export function findIn(lines: Pick<SquareLines, 'tables' | 'walkers' | 'things'>, typed: string): Found | null {
  const words = fold(typed).split(/\s+/u).filter((word) => word !== '');
  if (words.length === 0) return null;
  const fits = (folded: string): boolean => words.every((word) => folded.includes(word));
  const people = new Set<ParticipantId>();
  const tables = new Set<TableId>();
  for (const table of lines.tables) {
    if (fits(fold(table.name))) tables.add(table.id);
    for (const line of table.people) if (fits(line.folded)) people.add(line.id);
  }
  for (const line of [...lines.walkers, ...lines.things]) if (fits(line.folded)) people.add(line.id);
  return { people, tables, count: people.size + tables.size };
}
