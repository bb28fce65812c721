/** The cells of the board that nobody has taken and that can still be taken. */
import type { MarketState } from '../../face/market.svelte';
import type { Slot, TableId, TableWall } from '../../wire/types';

export interface FreeCell { readonly table: TableId; readonly name: string; readonly seats: number; readonly wall: TableWall }

/** By slot; slots without a free table are left out. */
export function freeCells(market: MarketState): { slot: Slot; cells: FreeCell[] }[] {
  return market.slots.filter((slot) => market.takesTopics(slot)).map((slot) => ({
    slot,
    cells: market.tables.flatMap(({ name, seats, wall }, index): FreeCell[] => {
      const table = index as TableId;
      return market.topicAt({ slot: slot.id, table }) === null ? [{ table, name, seats, wall }] : [];
    }),
  })).filter(({ cells }) => cells.length > 0);
}
