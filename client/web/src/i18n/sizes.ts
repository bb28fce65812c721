/** How large a file is, as people write it here. */
import { language } from './language.svelte';

const KIB = 1024;
const MIB = KIB * KIB;

/** `3.4 MB`, `2 MB`, `120 kB`. */
export function sizeWords(bytes: number): string {
  const [amount, unit] = bytes >= MIB ? [bytes / MIB, 'MB'] : [Math.max(bytes / KIB, 1), 'kB'];
  const locale = language.locale === 'en' ? 'en-GB' : language.locale === 'nn' ? 'nb' : language.locale;
  return `${amount.toLocaleString(locale, { maximumFractionDigits: amount < 10 ? 1 : 0 })} ${unit}`;
}
