/**
 * What somebody typed and has not sent: it survives a reload of the page in this tab, and goes with the tab. What
 * people write is nobody's business on a shared computer, so it is not kept any longer than that.
 */

const PREFIX = 'torg.draft.';

/** What was typed before, or null. */
export function recallDraft(name: string): unknown {
  try {
    const kept = sessionStorage.getItem(PREFIX + name);
    return kept === null ? null : JSON.parse(kept);
  } catch {
    return null;
  }
}

/** Keeps what is typed; null forgets it. */
export function keepDraft(name: string, draft: object | string | null): void {
  try {
    if (draft === null) sessionStorage.removeItem(PREFIX + name);
    else sessionStorage.setItem(PREFIX + name, JSON.stringify(draft));
  } catch {
    // Storage is refused or full: the form itself still holds the text.
  }
}
