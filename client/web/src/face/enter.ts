/** Coming in and going out: the steps that belong to one click. */
import type { Core } from '../app/ports';
import { choices } from './choices.svelte';

/** Comes in under a name. Call from a click: browsers let sound out, and ask for the microphone, only then. */
export async function enter(core: Core, name: string, listenOnly: boolean): Promise<void> {
  choices.name = name;
  choices.listensOnly = listenOnly;
  const sound = core.sound.resume();
  if (core.microphone.echo) core.microphone.setEcho(false);
  if (listenOnly) core.microphone.close();
  else if (core.microphone.state === 'off') await core.microphone.open();
  await sound;
  await core.join(name);
}

/** Goes out, and lets go of the microphone: the browser's red dot goes away. */
export function goOut(core: Core): void {
  core.leave();
  core.microphone.close();
}
