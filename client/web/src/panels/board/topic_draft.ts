/** A topic as it is being written: what the form holds, what is kept of it, and what is asked for. Pure. */
import type { Cell, LanguageTag, Need, SlotId, TableId, TopicCard, TopicDetail, TopicText } from '../../wire/types';

export interface TopicDraft {
  title: string;
  description: string;
  /** A slot's id as text; empty for none. */
  wish: string;
  needs: Need[];
  language: string;
  /** Where to place it at once: `slot.table`; empty for not yet. */
  at: string;
}

export const NEEDS: readonly Need[] = ['quiet', 'screen', 'closed', 'facilitator'];

/** Languages to choose from beside those already used: the five of the page, and those often spoken beside them. */
export const LANGUAGES = ['nb', 'nn', 'da', 'sv', 'en', 'se', 'fi', 'is', 'de', 'pl', 'uk', 'ar', 'so'] as LanguageTag[];

export function emptyDraft(language: string): TopicDraft {
  return { title: '', description: '', wish: '', needs: [], language, at: '' };
}

export function draftOf(topic: TopicCard, detail: TopicDetail | null): TopicDraft {
  return {
    title: topic.title, description: detail?.description ?? '', wish: topic.wish === null ? '' : String(topic.wish),
    needs: [...topic.needs], language: topic.language ?? '', at: '',
  };
}

/** Reads what was kept; whatever doesn't have the shape is left out. */
export function draftFrom(kept: unknown, otherwise: TopicDraft): TopicDraft {
  if (typeof kept !== 'object' || kept === null) return otherwise;
  const text = (key: keyof TopicDraft, before: string): string => {
    const value: unknown = Reflect.get(kept, key);
    return typeof value === 'string' ? value : before;
  };
  const needs: unknown = Reflect.get(kept, 'needs');
  return {
    title: text('title', otherwise.title), description: text('description', otherwise.description),
    wish: text('wish', otherwise.wish), language: text('language', otherwise.language), at: text('at', otherwise.at),
    needs: Array.isArray(needs) ? NEEDS.filter((need) => needs.includes(need)) : otherwise.needs,
  };
}

export function textOf(draft: TopicDraft): TopicText {
  return {
    title: draft.title.trim(), description: draft.description.trim(),
    wish: draft.wish === '' ? null : Number(draft.wish) as SlotId, needs: [...draft.needs],
    language: draft.language === '' ? null : draft.language as LanguageTag,
  };
}

export function cellKey({ slot, table }: Cell): string {
  return `${slot}.${table}`;
}

export function cellFrom(key: string): Cell | null {
  const [slot, table] = key.split('.').map(Number);
  return key === '' || slot === undefined || table === undefined ? null : { slot: slot as SlotId, table: table as TableId };
}
