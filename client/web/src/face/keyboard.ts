/** Binds the keys to the square while it is shown. */
import type { Core } from '../app/ports';
import type { Walk } from '../wire/types';
import { HeldKeys, shortcutOf, type Freedom, type Shortcut } from './keys';

export interface KeyActions {
  /** Whether keys walk now: over the board they scroll. */
  mayWalk(): boolean;
  walk(walk: Walk): void;
  shortcut(shortcut: Shortcut): void;
  /** Esc, with no dialog open. */
  escape(): void;
}

const TYPING = 'input:not([type=range],[type=radio],[type=checkbox]), textarea, select, [contenteditable]';
const TAKES_ARROWS = 'input, select, [role=slider]';
const CONTROL = 'a, button, input, select, textarea, summary, [contenteditable]';

function freedomOf(singleKeys: boolean): Freedom {
  const focused = document.activeElement;
  return { typing: focused?.matches(TYPING) ?? false, arrowsTaken: focused?.matches(TAKES_ARROWS) ?? false, singleKeys };
}

/** Listens on the window; gives how to stop. `singleKeys` tells whether single keys are shortcuts now. */
export function listenForKeys(core: Core, actions: KeyActions, singleKeys: () => boolean): () => void {
  const held = new HeldKeys();
  let talking = false;

  const stopTalking = (): void => {
    if (!talking) return;
    talking = false;
    core.microphone.setMuted(true);
  };

  const isModal = (): boolean => document.querySelector('dialog[open]') !== null;

  const down = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing || isModal()) return;
    const free = freedomOf(singleKeys());
    const walk = actions.mayWalk() ? held.press(event, free) : null;
    if (walk !== null) {
      event.preventDefault();
      if (!event.repeat) actions.walk(walk);
      return;
    }
    if (event.code === 'Space' && free.singleKeys && !document.activeElement?.matches(CONTROL)) {
      event.preventDefault();
      if (event.repeat || core.microphone.state !== 'on' || !core.microphone.muted) return;
      talking = true;
      core.microphone.setMuted(false);
      return;
    }
    if (event.key === 'Escape') return actions.escape();
    const shortcut = event.repeat && event.key.toLowerCase() === 'm' ? null : shortcutOf(event, free);
    if (shortcut === null) return;
    event.preventDefault();
    actions.shortcut(shortcut);
  };

  const up = (event: KeyboardEvent): void => {
    if (event.code === 'Space') stopTalking();
    const walk = held.release(event.code);
    if (walk !== null) actions.walk(walk);
  };

  /** Keys let go elsewhere are never told: walking on for ever would be the result. */
  const letGo = (): void => {
    stopTalking();
    if (held.releaseAll()) actions.walk('stop');
  };

  const hidden = (): void => {
    if (document.hidden) letGo();
  };

  window.addEventListener('keydown', down);
  window.addEventListener('keyup', up);
  window.addEventListener('blur', letGo);
  document.addEventListener('visibilitychange', hidden);
  return () => {
    window.removeEventListener('keydown', down);
    window.removeEventListener('keyup', up);
    window.removeEventListener('blur', letGo);
    document.removeEventListener('visibilitychange', hidden);
    letGo();
  };
}
