/** Where the keyboard goes when what it was on is taken away by something that happened. */

/**
 * Attached to something that goes by itself: who was in it by keyboard goes on from the middle of the page, not from its
 * beginning. Who pressed by mouse keeps the keys for walking.
 */
export function handsFocusOn(node: HTMLElement): () => void {
  let isIn = false;
  const follow = ({ target }: FocusEvent): void => {
    isIn = target instanceof HTMLElement && node.contains(target) && target.matches(':focus-visible');
  };
  document.addEventListener('focusin', follow);
  return () => {
    document.removeEventListener('focusin', follow);
    if (isIn && (document.activeElement ?? document.body) === document.body) document.querySelector('main')?.focus();
  };
}
