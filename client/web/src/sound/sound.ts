/** Everything that sounds, put together: the peer connection, the ear, the badges, and what the server is told. */
import { Teller } from '../app/changes';
import type { Cue, HeardBadge, HearingBadge, ListeningChoice, SoundPort, StreamCause, World } from '../app/ports';
import { recall, remember } from '../app/settings';
import type { AudioSlotIndex, ClientMessage, Listening, MediaState, ParticipantId, ServerMessage } from '../wire/types';
import { sameBadge, type Line } from './badge';
import type { AudioOutput } from './context';
import { playCue } from './cue';
import { canPlaceVoices, Ear } from './ear';
import { ListeningWish } from './listening';
import { Media } from './media';
import type { PageMicrophone } from './microphone';
import { countedIn, type PeerStatistics } from './peer';
import { readDevice, watchLine } from './stream_cause';
import { Volumes } from './volumes';
import { Watch } from './watch';

/** How often the badges are looked after, ms: a reason shows within 2 s, most of which it takes to be sure. */
const WATCH_MS = 400;

const VOLUME_MAX = 1.5;
const VOLUME_OF_MAX = 2;

/** What sound needs of whoever holds the line. */
export interface SoundLine {
  send(message: ClientMessage): void;
  /** How the control channel stands. */
  readonly line: Line;
}

/** The {@link SoundPort}, and what the core does with it. */
export class PageSound extends Teller<'badge' | 'volume' | 'listening'> implements SoundPort {
  readonly #output: AudioOutput;
  readonly #microphone: PageMicrophone;
  readonly #line: SoundLine;
  readonly #ear: Ear;
  readonly #media: Media;
  readonly #watch: Watch;
  readonly #volumes = new Volumes();
  readonly #wish: ListeningWish;
  #volume = volumeFrom(recall('volume'));
  #heard: HeardBadge = { kind: 'connecting' };
  #hearing: HearingBadge = { kind: 'connecting' };
  #world: World | null = null;
  #timer: ReturnType<typeof setInterval> | null = null;
  /** What the server was told of our ears in this session. */
  #earsTold: boolean | null = null;
  #statistics: PeerStatistics | null = null;
  #looking = false;

  constructor(output: AudioOutput, microphone: PageMicrophone, line: SoundLine) {
    super();
    this.#output = output;
    this.#microphone = microphone;
    this.#line = line;
    this.#ear = new Ear(output, (who) => this.volumeOf(who));
    this.#ear.setVolume(this.#volume);
    this.#watch = new Watch(microphone, (who) => this.volumeOf(who));
    this.#media = new Media({
      send: (message) => line.send(message),
      arriving: (arriving) => this.#ear.attach(arriving),
      changed: () => this.#changed(),
    });
    const placesVoices = canPlaceVoices();
    this.#wish = new ListeningWish({
      device: () => readDevice(placesVoices),
      send: (message) => line.send(message),
      turned: (to) => this.#ear.turn(to, this.#statistics?.roundTrip_ms ?? null),
      changed: () => this.tell('listening'),
    });
    this.#ear.setMurmur(this.#wish.murmur);
    watchLine(() => this.#wish.judge());
    output.on(() => this.#changed());
    microphone.on((part) => {
      if (part === 'devices' || part === 'echo') return;
      this.#media.setTrack(microphone.sent);
      this.#changed();
    });
  }

  get heard(): HeardBadge { return this.#heard; }
  get hearing(): HearingBadge { return this.#hearing; }
  get volume(): number { return this.#volume; }
  /** What flowed in the peer connection, as of the last look. */
  get statistics(): PeerStatistics | null { return this.#statistics; }
  /** How the peer connection stands. */
  get media(): Line { return this.#media.line; }

  setVolume(volume: number): void {
    this.#volume = clamp(volume, VOLUME_MAX);
    this.#ear.setVolume(this.#volume);
    remember('volume', String(this.#volume));
    this.tell('volume');
    this.#tellEars();
  }

  get murmur(): number { return this.#wish.murmur; }
  get listening(): Listening { return this.#wish.listening; }
  get listeningChoice(): ListeningChoice { return this.#wish.choice; }
  get streamCause(): StreamCause | null { return this.#wish.cause; }

  setMurmur(percent: number): void {
    this.#wish.setMurmur(percent);
    this.#ear.setMurmur(this.#wish.murmur);
    this.tell('volume');
  }

  setListeningChoice(choice: ListeningChoice): void {
    this.#wish.setChoice(choice);
  }

  volumeOf(who: ParticipantId): number {
    return this.#volumes.of(who);
  }

  setVolumeOf(who: ParticipantId, volume: number): void {
    this.#volumes.set(who, clamp(volume, VOLUME_OF_MAX));
    this.#ear.follow();
    this.tell('volume');
  }

  async resume(): Promise<void> {
    this.#ear.start();
    await this.#output.resume();
    this.#changed();
  }

  cue(cue: Cue): void {
    playCue(this.#output, cue, this.#volume);
  }

  slotLevel(slot: AudioSlotIndex): number {
    return this.#ear.slotLevel(slot);
  }

  /** What comes in the bed's section, and what is made of it. */
  bed(): { gain: number; incoming: number; rms: number; played: Listening } {
    return { ...this.#ear.bed(), played: this.#ear.played };
  }

  /** Level of what goes to the loudspeaker, linear RMS. */
  sides(): readonly [left: number, right: number] {
    return this.#ear.sides();
  }

  /** A session begins, or begins again. */
  enter(world: World, media: MediaState): void {
    this.#volumes.enter(world);
    this.#world = world;
    this.#earsTold = null;
    this.#ear.enter(world);
    this.#media.setTrack(this.#microphone.sent);
    this.#media.welcome(media);
    this.#wish.enter();
    this.#timer ??= setInterval(() => void this.#look(), WATCH_MS);
    this.#tellEars();
  }

  /** Takes in what the server says about media; returns whether it did. */
  take(message: ServerMessage): boolean {
    switch (message.type) {
      case 'answer':
        this.#media.answer(message.sdp);
        return true;
      case 'media_lost':
        this.#media.lost();
        return true;
      case 'refused':
        return this.#media.refused(message.code);
      default:
        return false;
    }
  }

  /** The control channel stands or falls, or has gone quiet. */
  lineChanged(broken: boolean): void {
    if (broken) {
      this.#media.lineLost();
      this.#wish.leave();
    }
    this.#changed();
  }

  /** The session is over: nothing is played or sent any more. */
  leave(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#world = null;
    this.#wish.leave();
    this.#media.close();
    this.#ear.leave();
  }

  get #lineNow(): Line {
    const lines = [this.#line.line, this.#media.line];
    if (lines.includes('lost')) return 'lost';
    return lines.includes('connecting') ? 'connecting' : 'up';
  }

  #changed(): void {
    this.#tellEars();
    if (this.#timer !== null) this.#judge();
  }

  async #look(): Promise<void> {
    // A browser busy enough to take longer than a beat should not be asked twice.
    if (this.#looking) return;
    this.#looking = true;
    try {
      this.#media.tick();
      this.#statistics = await this.#media.statistics();
    } catch {
      this.#statistics = null;
    } finally {
      this.#looking = false;
    }
    if (this.#timer === null) return;
    if (this.#statistics !== null) this.#wish.look(performance.now(), countedIn(this.#statistics));
    this.#judge();
    this.#media.doubt(this.#heard.kind === 'no_packets' || this.#hearing.kind === 'nothing_arrives');
  }

  #judge(): void {
    const { heard, hearing } = this.#watch.look({
      now_ms: performance.now(),
      line: this.#lineNow,
      world: this.#world,
      statistics: this.#statistics,
      running: this.#output.running,
      volume: this.#volume,
      played: this.#ear.played,
    });
    if (sameBadge(heard, this.#heard) && sameBadge(hearing, this.#hearing)) return;
    this.#heard = heard;
    this.#hearing = hearing;
    this.tell('badge');
  }

  /** The server counts as hearing only who has open ears. */
  #tellEars(): void {
    if (this.#world === null || this.#line.line !== 'up') return;
    const open = this.#output.running && this.#media.line === 'up' && this.#volume > 0;
    if (open === this.#earsTold) return;
    this.#earsTold = open;
    this.#line.send({ type: 'set_ears', open });
  }
}

function clamp(volume: number, max: number): number {
  return Number.isFinite(volume) ? Math.min(Math.max(volume, 0), max) : 1;
}

function volumeFrom(kept: string | null): number {
  return kept === null ? 1 : clamp(Number.parseFloat(kept), VOLUME_MAX);
}
