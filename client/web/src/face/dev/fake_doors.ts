/** Doors without a server: a file takes two seconds to come, and plays until it is ended. */
import type { DoorsPort, PlayedFile } from '../../app/ports';
import { ChangeRefused } from '../../app/requests';
import type { ParticipantId, TimeMs } from '../../wire/types';
import type { WorldMessage } from '../../world/world';

const STEPS = 20;
const STEP_MS = 100;

export class FakeDoors implements DoorsPort {
  readonly #says: (message: WorldMessage) => void;
  #next = 60;
  /** What the next file is refused with; for trying what is shown. */
  refusal: string | null = null;
  /** Where the next file stops coming, 0 to 1; for looking at its progress. */
  stopsAt = 1;

  constructor(says: (message: WorldMessage) => void) {
    this.#says = says;
  }

  async playFile(_file: File, { to, background, name }: PlayedFile, sent: (share: number) => void, signal: AbortSignal): Promise<void> {
    await this.#take(sent, signal);
    const id = this.#next as ParticipantId;
    this.#next += 1;
    const at = { x: 20, y: 3 };
    this.#says({ type: 'entered', participant: {
      id, name, kind: 'sound', role: 'participant', place: { on: 'square' }, microphone: 'on', presence: 'here',
      motion: { from: at, to: at, departed: 0 as TimeMs, speed_mm_s: 0 },
    } });
    this.#says({ type: 'broadcasts_changed', broadcasts: [{ speaker: id, to, background }] });
  }

  async setBell(_file: File, sent: (share: number) => void, signal: AbortSignal): Promise<void> {
    await this.#take(sent, signal);
    this.#says({ type: 'bell_sound', set: true });
  }

  removeBell(): Promise<void> {
    this.#says({ type: 'bell_sound', set: false });
    return Promise.resolve();
  }

  addresses(): { whip: string; whep: string } {
    const space = 'https://torg.example.org/api/spaces/torg';
    return { whip: `${space}/whip`, whep: `${space}/whep` };
  }

  async #take(sent: (share: number) => void, signal: AbortSignal): Promise<void> {
    for (let step = 1; step <= STEPS; step += 1) {
      await new Promise((resolve) => { setTimeout(resolve, STEP_MS); });
      if (signal.aborted) throw signal.reason as DOMException;
      if (step / STEPS > this.stopsAt) await new Promise(() => undefined);
      sent(step / STEPS);
    }
    if (this.refusal !== null) throw new ChangeRefused('file', this.refusal);
  }
}
