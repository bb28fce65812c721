/** A small square for stories: nothing is farther than a few seconds' walk. */
import type { MapSpec } from './square';

/**
 * From the foyer a straight way east leads past a table that muffles and up to one that lets nothing through. Voices
 * carry six metres.
 */
export const SMALL: MapSpec = {
  width_m: 34,
  height_m: 12,
  hearing: 'close',
  tables: [
    { name: 'Coffee', x: 15, y: 10, radius_m: 1.6, seats: 4, wall: 'open' },
    { name: 'Quiet talk', x: 26, y: 6, radius_m: 1.6, seats: 3, wall: 'closed' },
  ],
  zones: [{ name: 'Foyer', kind: 'foyer', x: 2, y: 5, width_m: 2, height_m: 2 }],
};

/** A square for a marketplace: six tables within a few seconds of the foyer, and a stage. */
export const MARKET: MapSpec = {
  width_m: 34,
  height_m: 16,
  hearing: 'close',
  tables: [
    { name: 'Oak', x: 8, y: 4, radius_m: 1.6, seats: 5 },
    { name: 'Birch', x: 15, y: 4, radius_m: 1.6, seats: 4 },
    { name: 'Rowan', x: 22, y: 4, radius_m: 1.6, seats: 4, wall: 'closed' },
    { name: 'Pine', x: 8, y: 12, radius_m: 1.6, seats: 5 },
    { name: 'Elm', x: 15, y: 12, radius_m: 1.6, seats: 6 },
    { name: 'Ash', x: 22, y: 12, radius_m: 1.6, seats: 4 },
  ],
  zones: [
    { name: 'Foyer', kind: 'foyer', x: 2, y: 7, width_m: 2, height_m: 2 },
    { name: 'Stage', kind: 'stage', x: 28, y: 6, width_m: 4, height_m: 4 },
  ],
};

/**
 * A square for forty: ten tables in two rows, with the foyer between them. There are seats for those who come to a table
 * before those who are there go to their next.
 */
export const FORTY: MapSpec = {
  width_m: 40,
  height_m: 18,
  hearing: 'close',
  tables: ['Oak', 'Birch', 'Rowan', 'Pine', 'Elm', 'Ash', 'Alder', 'Aspen', 'Hazel', 'Linden'].map((name, index) => ({
    name, x: 5 + 7.5 * (index % 5), y: index < 5 ? 4 : 14, radius_m: 1.8, seats: 12, wall: index % 4 === 3 ? 'closed' : 'open',
  })),
  zones: [{ name: 'Foyer', kind: 'foyer', x: 16, y: 7, width_m: 8, height_m: 4 }],
};

/**
 * A long square: from the foyer a straight way east, past a closed table, to an open one far out of earshot. Voices carry
 * twelve metres.
 */
export const LONG: MapSpec = {
  width_m: 60,
  height_m: 12,
  hearing: 'room',
  tables: [
    { name: 'Fjord', x: 52, y: 6, radius_m: 1.6, seats: 4, wall: 'open' },
    { name: 'Quiet talk', x: 26, y: 2.5, radius_m: 1.6, seats: 3, wall: 'closed' },
  ],
  zones: [
    { name: 'Foyer', kind: 'foyer', x: 2, y: 5, width_m: 2, height_m: 2 },
    { name: 'Stage', kind: 'stage', x: 40, y: 8, width_m: 4, height_m: 3 },
  ],
};
