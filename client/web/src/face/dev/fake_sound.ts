import { Teller } from '../../app/changes';
import type { Cue, HeardBadge, HearingBadge, ListeningChoice, SoundPort, StreamCause } from '../../app/ports';
import type { Listening, ParticipantId } from '../../wire/types';

/** An ear that hears nothing, with badges that can be set. */
export class FakeSound extends Teller<'badge' | 'volume' | 'listening'> implements SoundPort {
  heard: HeardBadge = { kind: 'heard', by: 3 };
  hearing: HearingBadge = { kind: 'quiet' };
  volume = 1;
  murmur = 50;
  listeningChoice: ListeningChoice = 'automatic';
  streamCause: StreamCause | null = null;
  readonly #volumes = new Map<ParticipantId, number>();

  setVolume(volume: number): void {
    this.volume = volume;
    this.tell('volume');
  }

  setMurmur(percent: number): void {
    this.murmur = percent;
    this.tell('volume');
  }

  get listening(): Listening {
    return this.listeningChoice === 'mixed' || this.streamCause !== null ? 'mixed' : 'forwarded';
  }

  setListeningChoice(choice: ListeningChoice): void {
    this.listeningChoice = choice;
    this.streamCause = null;
    this.tell('listening');
  }

  /** Sound comes as one stream by itself, for trying what is said of it. */
  stream(cause: StreamCause | null): void {
    this.streamCause = cause;
    this.tell('listening');
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
