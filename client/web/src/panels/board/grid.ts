/** The board as a grid: where keys lead in it, and what of it is on the screen. Pure. */

/** A place in the grid. Row 0 names the tables, column 0 the slots. */
export interface GridPlace { readonly row: number; readonly column: number }

export interface GridSize {
  /** Rows of slots, below the one that names tables. */
  readonly slots: number;
  /** Columns of tables, beside the one that names slots. */
  readonly tables: number;
  /** Whether a row holds one cell over all tables: a plenum or a break. */
  readonly isWide: (row: number) => boolean;
}

/** Rows that Page Up and Page Down pass over. */
const PAGE_ROWS = 4;

/** Where a key leads (ARIA Authoring Practices, grid); null for keys that mean nothing here. */
export function moved(from: GridPlace, key: string, ctrl: boolean, size: GridSize): GridPlace | null {
  const { row, column } = from;
  switch (key) {
    case 'ArrowUp': return within(row - 1, column, size);
    case 'ArrowDown': return within(row + 1, column, size);
    case 'ArrowLeft': return within(row, size.isWide(row) ? 0 : column - 1, size);
    case 'ArrowRight': return within(row, size.isWide(row) && column > 0 ? column : column + 1, size);
    case 'Home': return within(ctrl ? 0 : row, 0, size);
    case 'End': return within(ctrl ? size.slots : row, size.tables, size);
    case 'PageUp': return within(row - PAGE_ROWS, column, size);
    case 'PageDown': return within(row + PAGE_ROWS, column, size);
    default: return null;
  }
}

function within(row: number, column: number, size: GridSize): GridPlace {
  return { row: Math.min(Math.max(row, 0), size.slots), column: Math.min(Math.max(column, 0), size.tables) };
}

/** Columns of tables that are rendered, from `first` up to but without `end`. */
export interface ColumnWindow { readonly first: number; readonly end: number }

/** Columns rendered beyond each edge of what is seen, so that a quick scroll finds them there. */
const BEYOND = 2;

/** The tables whose columns are to be rendered. */
export function columnsSeen(scroll_px: number, view_px: number, head_px: number, column_px: number, tables: number): ColumnWindow {
  const first = Math.max(0, Math.floor(scroll_px / column_px) - BEYOND);
  const end = Math.min(tables, Math.ceil((scroll_px + Math.max(view_px - head_px, column_px)) / column_px) + BEYOND);
  return { first: Math.min(first, end), end };
}
