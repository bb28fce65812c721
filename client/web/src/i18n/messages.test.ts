import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { locales } from '$paraglide/runtime';
import { m } from '$paraglide/messages';
import { preferredLocale } from './preferred';

type Message = string | { match: Record<string, string> }[];

function messagesOf(locale: string): Record<string, Message> {
  const file = new URL(`../../messages/${locale}.json`, import.meta.url);
  const { $schema: _, ...messages } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Message>;
  return messages;
}

/** The `{placeholders}` of a message, of each of its plural forms. */
function placeholders(message: Message): string[][] {
  const texts = typeof message === 'string' ? [message] : message.flatMap((one) => Object.values(one.match));
  return texts.map((text) => [...text.matchAll(/\{(\w+)\}/gu)].map((match) => match[1] ?? '').sort());
}

describe('messages', () => {
  const english = messagesOf('en');

  it.each(locales)('%s says everything that English says, with the same values', (locale) => {
    const messages = messagesOf(locale);
    expect(Object.keys(messages)).toEqual(Object.keys(english));
    for (const [key, message] of Object.entries(messages)) {
      expect(placeholders(message), key).toEqual(placeholders(english[key] as Message));
    }
  });

  it('counts by the rules of each language', () => {
    expect(m.people_here({ count: 1 }, { locale: 'en' })).toBe('1 person here');
    expect(m.people_here({ count: 0 }, { locale: 'en' })).toBe('0 people here');
    expect(m.people_here({ count: 2 }, { locale: 'nn' })).toBe('2 personar her');
    expect(m.people_here({ count: 1 }, { locale: 'da' })).toBe('1 person her');
    expect(m.find_matches({ count: 1 }, { locale: 'sv' })).toBe('1 träff');
    expect(m.find_matches({ count: 2 }, { locale: 'da' })).toBe('2 resultater');
  });

  it('takes the language of the browser', () => {
    expect(preferredLocale(['no-NO', 'en'])).toBe('nb');
    expect(preferredLocale(['de', 'nn-NO', 'nb'])).toBe('nn');
    expect(preferredLocale(['sv-FI'])).toBe('sv');
    expect(preferredLocale(['fr'])).toBe('en');
    expect(preferredLocale([])).toBe('en');
  });
});
