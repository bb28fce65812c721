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
