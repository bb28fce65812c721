/** Which topics the board shows in full. Pure, so that it can be tested and is fast for a hundred cards. */
import type { LanguageTag, TopicCard, TopicId } from '../../wire/types';

export interface Filter {
  readonly text: string;
  /** Null for any. */
  readonly language: LanguageTag | null;
  /** Only what I bring or marked. */
  readonly mine: boolean;
}

export const ANY: Filter = { text: '', language: null, mine: false };

/** Whether a filter leaves everything. */
export function isAny(filter: Filter): boolean {
  return filter.text.trim() === '' && filter.language === null && !filter.mine;
}

/** The topics that a filter leaves. Words are looked for in titles and in the names of who brings them. */
export function matching(
  topics: Iterable<TopicCard>, filter: Filter, concernsMe: (topic: TopicCard) => boolean,
): ReadonlySet<TopicId> {
  const words = folded(filter.text).split(/\s+/u).filter((word) => word !== '');
  const found = new Set<TopicId>();
  for (const topic of topics) {
    if (filter.language !== null && topic.language !== filter.language) continue;
    if (filter.mine && !concernsMe(topic)) continue;
    if (words.length > 0) {
      const text = folded([topic.title, topic.convener.name, ...topic.co_conveners.map(({ name }) => name)].join(' '));
      if (!words.every((word) => text.includes(word))) continue;
    }
    found.add(topic.id);
  }
  return found;
}

/** The languages that topics are held in, each once, in order. */
export function languagesOf(topics: Iterable<TopicCard>): LanguageTag[] {
  const found = new Set<LanguageTag>();
  for (const { language } of topics) if (language !== null) found.add(language);
  return [...found].sort();
}

/** Without case and accents: who types "angstrom" finds "Ångström". */
function folded(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').replace(/ø/giu, 'o').replace(/æ/giu, 'ae').toLowerCase();
}
