/** Which of our languages fits what a browser prefers. */
import { isLocale, type Locale } from '$paraglide/runtime';

/** The first preferred language that we speak, else English. Browsers also say "no" for Norwegian: bokmål to most. */
export function preferredLocale(languages: readonly string[]): Locale {
  for (const tag of languages) {
    const base = tag.toLowerCase().split('-')[0];
    const locale = base === 'no' ? 'nb' : base;
    if (isLocale(locale)) return locale;
  }
  return 'en';
}
