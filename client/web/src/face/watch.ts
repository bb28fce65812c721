/** From the core's plain "this changed" to Svelte's reactivity, in one place. */
import { createSubscriber } from 'svelte/reactivity';
import type { Changes } from '../app/ports';

/** A function that, called in an effect or a derived value, makes it run again whenever one of the parts changes. */
export function watch<Part extends string>(source: Changes<Part>, ...parts: NoInfer<Part>[]): () => void {
  return createSubscriber((update) => source.on((part) => {
    if (parts.includes(part)) update();
  }));
}
