import { Teller } from '../../app/changes';
import type { Cue, HeardBadge, HearingBadge, SoundPort } from '../../app/ports';
import type { ParticipantId } from '../../wire/types';

/** An ear that hears nothing, with badges that can be set. */
export class FakeSound extends Teller<'badge' | 'volume' | 'quality'> implements SoundPort {
  heard: HeardBadge = { kind: 'heard', by: 3 };
  hearing: HearingBadge = { kind: 'quiet' };
  volume = 1;
  readonly #volumes = new Map<ParticipantId, number>();

  setVolume(volume: number): void {
    this.volume = volume;
    this.tell('volume');
  }

  volumeOf(who: ParticipantId): number {
    return this.#volumes.get(who) ?? 1;
  }

  setVolumeOf(who: ParticipantId, volume: number): void {
    this.#volumes.set(who, volume);
    this.tell('volume');
  }

  resume(): Promise<void> {
    return Promise.resolve();
  }

  /** What was played, for who looks. */
  readonly cues: Cue[] = [];

  cue(cue: Cue): void {
    this.cues.push(cue);
  }

  slotLevel(): number {
    return 0;
  }

  show(heard: HeardBadge, hearing: HearingBadge): void {
    this.heard = heard;
    this.hearing = hearing;
    this.tell('badge');
  }
}
