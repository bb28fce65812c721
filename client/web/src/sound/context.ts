/**
 * The page's one AudioContext: for the microphone's meter and for the ear, so that they share a clock. Browsers
 * let it run only after a click, and some (iOS) interrupt it when a call comes in.
 */
import { Teller } from '../app/changes';

/** Whether sound can come out. */
export class AudioOutput extends Teller<'state'> {
  #context: AudioContext | null = null;

  /** The context; made at the first call. */
  get context(): AudioContext {
    if (this.#context === null) {
      this.#context = new AudioContext({ latencyHint: 'interactive' });
      this.#context.addEventListener('statechange', () => this.tell('state'));
    }
    return this.#context;
  }

  /** Whether it runs. `suspended` and `interrupted` are both no. */
  get running(): boolean {
    return this.#context?.state === 'running';
  }

  /** Lets it run. Works from a click; elsewhere browsers may leave it waiting, so nobody waits for it long. */
  async resume(): Promise<void> {
    const { context } = this;
    if (context.state === 'running') return;
    // Chromium leaves the promise of resume() open until there was a click.
    await Promise.race([context.resume().catch(() => undefined), new Promise((done) => setTimeout(done, 500))]);
  }
}
