/**
 * Colours of the map, read from the page's own custom properties (`styles/theme.css`), so that page and map have
 * one source and follow the theme together.
 */
import type { ParticipantId } from '../wire/types';

const NAMES = [
  'meadow', 'meadow-tuft', 'tree-1', 'tree-2', 'tree-3', 'tree-light',
  'paving', 'paving-light', 'paving-dark', 'joint', 'curb', 'shadow',
  'zone-stage', 'zone-stage-line', 'zone-foyer', 'zone-foyer-line', 'zone-quiet', 'zone-quiet-line',
  'zone-help', 'zone-help-line', 'zone-plain', 'zone-plain-line', 'zone-ink', 'wall', 'wall-top',
  'rug', 'wood', 'wood-light', 'wood-grain', 'wood-edge', 'wood-ink', 'rim', 'rim-closed', 'seat', 'seat-edge', 'chair',
  'plate', 'plate-ink', 'plate-mine', 'plate-mine-ink', 'plate-away-ink', 'avatar-rim',
  'earshot', 'shade', 'shade-strength', 'lamp', 'ring', 'ring-glow', 'mark', 'mark-ink', 'piece', 'piece-ink', 'piece-glow', 'passing', 'passing-ink', 'thing', 'thing-ink',
] as const;

export type ColourName = (typeof NAMES)[number];

/** A pair for an avatar: the disc and the initials on it. */
export interface AvatarColours { ground: string; ink: string }

export interface Palette {
  map: Readonly<Record<ColourName, string>>;
  avatars: readonly AvatarColours[];
  /** Fjord blue, for what I can do. */
  accent: string;
}

export const AVATAR_PAIRS = 12;

/** Which of the twelve pairs somebody wears, from 1. Five has no factor in common with twelve, so twelve people who come one after the other wear twelve pairs, and neighbours differ much. */
export function avatarPair(who: ParticipantId): number {
  return ((who * 5) % AVATAR_PAIRS) + 1;
}

/** Reads the palette; `property` gives the value of a custom property of the page. */
export function readPalette(property: (name: string) => string): Palette {
  const map = Object.fromEntries(NAMES.map((name) => [name, property(`--map-${name}`).trim()]));
  const avatars = Array.from({ length: AVATAR_PAIRS }, (_, index) => ({
    ground: property(`--avatar-${index + 1}`).trim(),
    ink: property(`--avatar-${index + 1}-ink`).trim(),
  }));
  return { map: map as Record<ColourName, string>, avatars, accent: property('--accent').trim() };
}
