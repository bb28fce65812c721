/**
 * The language of the page: what the person chose here before, else what the browser prefers, else English. All
 * messages read it, so that choosing another changes every word at once, with no reload.
 */
import { isLocale, locales, overwriteGetLocale, type Locale } from '$paraglide/runtime';
import { recall, remember } from '../app/settings';
import { preferredLocale } from './preferred';

/** Each language by its own name. */
export const LANGUAGES: Readonly<Record<Locale, string>> = {
  en: 'English', nb: 'Norsk bokmål', nn: 'Norsk nynorsk', da: 'Dansk', sv: 'Svenska',
};

export { locales, type Locale };

class Language {
  #locale = $state<Locale>(chosenBefore() ?? preferredLocale(navigator.languages));

  constructor() {
    overwriteGetLocale(() => this.#locale);
  }

  get locale(): Locale {
    return this.#locale;
  }

  choose(locale: Locale): void {
    this.#locale = locale;
    remember('locale', locale);
  }
}

function chosenBefore(): Locale | null {
  const kept = recall('locale');
  return isLocale(kept) ? kept : null;
}

export const language = new Language();
