/** Names as they fit on the map: initials on the avatar, a short name on its plate. */

const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function lettersOf(word: string): string[] {
  return [...graphemes.segment(word)].map((part) => part.segment);
}

/** One or two letters: of the first and the last word. "Åse-Marie Ødegård" gives "ÅØ", "Ann (NAV)" gives "AN". */
export function initials(name: string): string {
  const firsts = name
    .split(/\s+/u)
    .map((word) => lettersOf(word).find((letter) => LETTER_OR_DIGIT.test(letter)))
    .filter((letter) => letter !== undefined);
  const first = firsts[0] ?? '?';
  const last = firsts.length > 1 ? (firsts.at(-1) ?? '') : '';
  return (first + last).toLocaleUpperCase();
}

/** The name if it has at most `most` characters, else the given name with the last one's initial, else cut. */
export function shortName(name: string, most: number): string {
  const whole = name.trim();
  // Letters have one code unit or more: most names need no counting.
  if (whole.length <= most || lettersOf(whole).length <= most) return whole;
  const words = whole.split(/\s+/u);
  const last = words.length > 1 ? lettersOf(words.at(-1) ?? '').find((letter) => LETTER_OR_DIGIT.test(letter)) : undefined;
  const shorter = last === undefined ? whole : `${words[0] ?? ''} ${last.toLocaleUpperCase()}.`;
  const letters = lettersOf(shorter);
  return letters.length <= most ? shorter : `${letters.slice(0, most - 1).join('').trimEnd()}…`;
}

/**
 * A label in at most `lines` lines of at most `width`, cut with an ellipsis where it is longer. A word that is wider
 * than a line is cut too.
 */
export function cutInto(label: string, lines: number, width: number, measure: (text: string) => number): string[] {
  const cut = (text: string): string => {
    const letters = lettersOf(text);
    while (letters.length > 1 && measure(`${letters.join('').trimEnd()}…`) > width) letters.pop();
    return `${letters.join('').trimEnd()}…`;
  };
  const broken: string[] = [];
  for (const word of label.trim().split(/\s+/u)) {
    const last = broken.at(-1);
    if (last !== undefined && measure(`${last} ${word}`) <= width) broken[broken.length - 1] = `${last} ${word}`;
    else if (broken.length < lines) broken.push(measure(word) <= width ? word : cut(word));
    else {
      broken[broken.length - 1] = cut(`${last ?? ''} ${word}`);
      break;
    }
  }
  return broken;
}

/**
 * A label broken into at most `lines` lines of at most `width`, or null when it does not fit. `measure` gives the
 * width of a text.
 */
export function brokenInto(label: string, lines: number, width: number, measure: (text: string) => number): string[] | null {
  const broken: string[] = [];
  for (const word of label.trim().split(/\s+/u)) {
    const last = broken.at(-1);
    if (last !== undefined && measure(`${last} ${word}`) <= width) broken[broken.length - 1] = `${last} ${word}`;
    else broken.push(word);
  }
  return broken.length <= lines && broken.every((line) => measure(line) <= width) ? broken : null;
}
