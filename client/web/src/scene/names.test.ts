import { describe, expect, it } from 'vitest';
import { brokenInto, cutInto, initials, shortName } from './names';

describe('names on the map', () => {
  it('takes initials from the first and the last word', () => {
    expect(initials('Åse-Marie Ødegård')).toBe('ÅØ');
    expect(initials('Ann (NAV)')).toBe('AN');
    expect(initials('kari')).toBe('K');
    expect(initials('李雷')).toBe('李');
    expect(initials('7')).toBe('7');
    expect(initials('👩‍🔬 Bo')).toBe('B');
  });

  it('shortens to given name and initial, and cuts only then', () => {
    expect(shortName('Kari Nordmann', 16)).toBe('Kari Nordmann');
    expect(shortName('Åse-Marie Ødegård-Haugen', 16)).toBe('Åse-Marie Ø.');
    expect(shortName('Kristoffer-Alexander Bjørnstjerne', 14)).toBe('Kristoffer-Al…');
    expect(shortName('Regionsykehusavdelingen', 12)).toBe('Regionsykeh…');
  });

  it('breaks a label into two lines or says that it does not fit', () => {
    const measure = (text: string): number => text.length;
    expect(brokenInto('Youth work', 2, 6, measure)).toEqual(['Youth', 'work']);
    expect(brokenInto('A b c d', 2, 4, measure)).toEqual(['A b', 'c d']);
    expect(brokenInto('Arbeidsinkludering', 2, 10, measure)).toBeNull();
    expect(brokenInto('one two three', 2, 5, measure)).toBeNull();
  });
});

describe('titles on a plate', () => {
  const cut = (title: string, width: number) => cutInto(title, 2, width, (text) => [...text].length);

  it('take two lines, and end with an ellipsis where they are longer', () => {
    expect(cut('Coffee without an agenda', 14)).toEqual(['Coffee without', 'an agenda']);
    expect(cut('Getting employers to say yes the first time', 20)).toEqual(['Getting employers to', 'say yes the first t…']);
    expect(cut('Arbeidsinkluderingsordninger', 12)).toEqual(['Arbeidsinkl…']);
    expect(cut('Short', 12)).toEqual(['Short']);
  });
});
