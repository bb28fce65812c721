import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AVATAR_PAIRS, avatarPair, readPalette } from '../scene/colours';
import type { ParticipantId } from '../wire/types';

const css = readFileSync(new URL('theme.css', import.meta.url), 'utf8');

/** The custom properties of a theme: those of the dark one stand inside its media query and win. */
function propertiesOf(theme: 'light' | 'dark'): (name: string) => string {
  const dark = css.indexOf('@media (prefers-color-scheme: dark)');
  const values = new Map<string, string>();
  for (const part of theme === 'light' ? [css.slice(0, dark)] : [css.slice(0, dark), css.slice(dark)]) {
    for (const [, name, value] of part.matchAll(/(--[\w-]+):\s*([^;]+);/gu)) values.set(name ?? '', value ?? '');
  }
  return (name) => values.get(name) ?? '';
}

interface Colour { red: number; green: number; blue: number; alpha: number }

function parse(colour: string): Colour {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/iu.exec(colour);
  if (hex) {
    const [red, green, blue] = hex.slice(1).map((pair) => Number.parseInt(pair, 16)) as [number, number, number];
    return { red, green, blue, alpha: 1 };
  }
  const rgb = /^rgb\((\d+) (\d+) (\d+) \/ (\d+)%\)$/u.exec(colour);
  if (!rgb) throw new Error(`no colour: "${colour}"`);
  const [red, green, blue, percent] = rgb.slice(1).map(Number) as [number, number, number, number];
  return { red, green, blue, alpha: percent / 100 };
}

/** One colour laid over another. */
function over(top: Colour, under: Colour): Colour {
  const mix = (a: number, b: number): number => a * top.alpha + b * (1 - top.alpha);
  return { red: mix(top.red, under.red), green: mix(top.green, under.green), blue: mix(top.blue, under.blue), alpha: 1 };
}

function luminance({ red, green, blue }: Colour): number {
  const [r, g, b] = [red, green, blue].map((value) => {
    const share = value / 255;
    return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast as WCAG 2.2 defines it. */
function contrast(one: Colour, other: Colour): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

describe.each(['light', 'dark'] as const)('the %s theme', (theme) => {
  const property = propertiesOf(theme);
  const colour = (name: string): Colour => parse(property(name));
  const palette = readPalette(property);

  it('has every colour that the map reads', () => {
    for (const [name, value] of Object.entries(palette.map)) expect(value, name).not.toBe('');
    expect(palette.avatars).toHaveLength(AVATAR_PAIRS);
  });

  it('writes text on the page with AA contrast', () => {
    const grounds = ['--ground', '--surface', '--inset', '--accent-soft', '--signal-soft', '--danger-soft'];
    for (const ink of ['--ink', '--ink-soft', '--accent', '--signal', '--danger']) {
      for (const ground of grounds) expect(contrast(colour(ink), colour(ground)), `${ink} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    }
    expect(contrast(colour('--good'), colour('--good-soft'))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(colour('--good'), colour('--surface'))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(colour('--accent-ink'), colour('--accent'))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(colour('--accent-ink'), colour('--accent-strong'))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(colour('--danger-ink'), colour('--danger'))).toBeGreaterThanOrEqual(4.5);
  });

  it('draws the edges of controls with a contrast of 3', () => {
    for (const ground of ['--surface', '--inset', '--ground']) {
      expect(contrast(colour('--edge'), colour(ground)), ground).toBeGreaterThanOrEqual(3);
    }
    expect(contrast(colour('--map-ring'), colour('--inset'))).toBeGreaterThanOrEqual(3);
  });

  it.each(palette.avatars.map((pair, index) => ({ ...pair, number: index + 1 })))(
    'writes initials of pair $number with AAA contrast', ({ ground, ink }) => {
      expect(contrast(parse(ground), parse(ink))).toBeGreaterThanOrEqual(7);
    });

  it('sets avatars off from what they stand on', () => {
    const floors = ['--map-paving', '--map-zone-stage', '--map-zone-foyer', '--map-zone-quiet', '--map-zone-help', '--map-zone-plain'];
    for (const { ground } of palette.avatars) {
      for (const floor of floors) expect(contrast(parse(ground), colour(floor)), `${ground} on ${floor}`).toBeGreaterThanOrEqual(3);
    }
  });

  it('writes text on the map with AAA contrast', () => {
    const text = (ink: string, ground: string, under: string): void => {
      const level = contrast(colour(ink), over(colour(ground), colour(under)));
      expect(level, `${ink} on ${ground} over ${under}`).toBeGreaterThanOrEqual(7);
    };
    // What is written on the ground lies in the shade when it is out of earshot.
    const shade = parse(`rgb(${property('--map-shade')} / ${Math.round(Number(property('--map-shade-strength')) * 100)}%)`);
    const written = (ink: string, ground: string): void => {
      const level = contrast(over(shade, colour(ink)), over(shade, colour(ground)));
      expect(level, `${ink} on ${ground} in the shade`).toBeGreaterThanOrEqual(7);
    };
    for (const kind of ['stage', 'foyer', 'quiet', 'help', 'plain']) {
      text('--map-zone-ink', `--map-zone-${kind}`, '--map-paving');
      written('--map-zone-ink', `--map-zone-${kind}`);
    }
    written('--map-wood-ink', '--map-wood');
    for (const under of ['--map-paving', '--map-meadow', '--map-wood', '--map-tree-1', '--map-zone-stage']) {
      text('--map-plate-ink', '--map-plate', under);
      text('--map-plate-away-ink', '--map-plate', under);
    }
    text('--map-plate-mine-ink', '--map-plate-mine', '--map-paving');
  });
});

describe('avatars', () => {
  it('wear twelve pairs in turn', () => {
    const pairs = Array.from({ length: AVATAR_PAIRS }, (_, id) => avatarPair(id as ParticipantId));
    expect(new Set(pairs).size).toBe(AVATAR_PAIRS);
    expect(Math.min(...pairs)).toBe(1);
    expect(Math.max(...pairs)).toBe(AVATAR_PAIRS);
  });
});
