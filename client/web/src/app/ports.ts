/**
 * What the face of the app (scene, panels, join page) reads and calls, and what its core (wire, world, sound)
 * provides. The face never touches the network; the core never touches the page.
 *
 * The core is plain TypeScript: it changes its own fields and tells listeners which part changed. The face makes
 * that reactive in one place (`createSubscriber` of svelte/reactivity) and reads positions every frame.
 */
import type {
  Addressed, AudioSlotIndex, Broadcast, Change, Door, GoodbyeReason, HearingPreset, HelpCall, Listening, Made, Microphone,
  ParticipantId, ParticipantView, PieceMove, Plenum, Point, RefusalCode, Role, Segment, SlotId, SpaceView, TableId, TimeMs,
  TopicId, Uplink, VoiceLevel, Waiting, Walk, ZoneId,
} from '../wire/types';
import type { Agenda } from '../world/agenda';
import type { ChangeRefusal } from './requests';

/** Tells who asked that something changed; returns how to stop being told. */
export interface Changes<Part extends string> {
  on(listener: (part: Part) => void): () => void;
}

/** A participant in the client's world: what the server told, and the newest voice level. */
export interface Person extends ParticipantView {
  /** Newest level, 0 loud to 127 silent, as the server tells it. */
  level: VoiceLevel;
}

/**
 * What of the world may change. 'agenda' is slots, topics and my marks; 'details' what was read of a topic or of
 * visits; 'slots' are audio slots; 'speeches' who speaks over everything, and who may; 'kept_out' where not; 'pieces'
 * where a talking piece goes round; 'passing' which tables let others listen, and who does; 'bell' whether the space rings
 * its own.
 */
export type WorldPart = 'space' | 'people' | 'motion' | 'levels' | 'slots' | 'heard' | 'hearing' | 'agenda' | 'details'
  | 'door' | 'help' | 'speeches' | 'kept_out' | 'pieces' | 'plenum' | 'passing' | 'bell';

/** How the door stands and who waits at it: told to those who hold it. */
export interface DoorView { readonly door: Door; readonly capacity: number; readonly waiting: readonly Waiting[] }

/** The client's view of the space, built from the server's messages alone. */
export interface World extends Changes<WorldPart> {
  readonly me: ParticipantId;
  readonly role: Role;
  readonly space: SpaceView;
  readonly hearing: HearingPreset;
  /**
   * Everybody, me too. A new map, with new objects for who changed, after each 'people'; `motion` and `level`
   * change in place, told by 'motion' and 'levels'.
   */
  readonly people: ReadonlyMap<ParticipantId, Person>;
  readonly audioSlots: readonly (ParticipantId | null)[];
  readonly heard: { listeners: number; inEarshot: number; uplink: Uplink } | null;
  /** How sound came to me at the welcome, as the server had it. */
  readonly listening: Listening;
  /** Who speaks over everything, in the order in which they began. */
  readonly broadcasts: readonly Broadcast[];
  /** Whose broadcasts reach me. */
  readonly spokenTo: ReadonlySet<ParticipantId>;
  /** Who was lent the word. */
  readonly wordLent: ReadonlySet<ParticipantId>;
  /** The closed tables that broadcasts stay out of. */
  readonly keptOut: ReadonlySet<TableId>;
  /** The tables at which a talking piece goes round, with who holds it; null where it lies in the middle. */
  readonly pieces: ReadonlyMap<TableId, ParticipantId | null>;
  /** The call to the plenum that stands. */
  readonly plenum: Plenum | null;
  /** The open tables that let who passes listen. */
  readonly letListen: ReadonlySet<TableId>;
  /** Who listens to a table in passing. */
  readonly bumblebees: ReadonlyMap<ParticipantId, TableId>;
  /** Whether the space has a bell of its own, which the server plays. */
  readonly bellSound: boolean;
  /** The marketplace. The same object for as long as the world is; its collections are new after each 'agenda'. */
  readonly agenda: Agenda;
  /** Null for who doesn't hold the door. */
  readonly door: DoorView | null;
  /** For helpers, all calls; for who called, their own. Longest waiting first. */
  readonly helpCalls: readonly HelpCall[];
  /** The server's clock, now. */
  now(): TimeMs;
  /** Where somebody is, metres; null for who is gone. */
  position(who: ParticipantId, at?: TimeMs): Point | null;
  /** How loud somebody is for me by the hearing law, 0 to 1, before volumes. */
  gain(who: ParticipantId): number;
  /** Whose wall of sound is around somebody. */
  tableOf(who: ParticipantId): TableId | null;
  /** Who sits at a table, by seat; null for a free seat. */
  seats(table: TableId): readonly (ParticipantId | null)[];
}

/** How the session stands. */
export type Connection =
  | { state: 'outside' }
  | { state: 'joining' }
  | { state: 'in' }
  /** Waiting to be let in; `lost` while the line is broken and tried again. */
  | { state: 'lobby'; name: string; lost: boolean }
  /**
   * The line broke, or the first try to join found no server (`world` is null then); the app comes back by itself.
   * `since` is performance.now() of the break.
   */
  | { state: 'reconnecting'; attempt: number; since: number }
  /** The server refused the hello: nothing more happens by itself. */
  | { state: 'refused'; code: RefusalCode; message: string }
  /** It is over: I left, or the server said so for good; perhaps with words of whoever showed me out. */
  | { state: 'over'; reason: 'left' | GoodbyeReason; words?: string };

/** A refusal of something asked while in the space, to be shown in words for a moment. */
export interface Notice { code: RefusalCode; message: string; at: number }

/** Something that happens once and passes: a bell, somebody who asks me for something. */
export type Happening =
  | { kind: 'slot_opened' | 'slot_closed'; slot: SlotId }
  | { kind: 'who_hosts'; topic: TopicId }
  | { kind: 'asked_to_unmute' | 'muted_by'; by: ParticipantId }
  /** Somebody walks me to another place. */
  | { kind: 'moved' }
  /** The topic was merged into another one. */
  | { kind: 'topic_merged'; title: string; into: TopicId };

/** Soft sounds of the page itself. */
export type Cue = 'bell' | 'reminder' | 'called';

/** Why the microphone does not work, or that it does. */
export type MicrophoneState =
  | 'off' | 'asking' | 'on'
  /** The person or a policy refused it. */
  | 'denied'
  /** There is none. */
  | 'missing'
  /** Another program holds it. */
  | 'busy'
  /** The page has no secure context, so the browser gives no microphone at all. */
  | 'insecure'
  /** It was there and ended: unplugged. */
  | 'ended';

/** The microphone, before and while being in the space. */
export interface MicrophonePort extends Changes<'state' | 'devices' | 'muted' | 'echo'> {
  readonly state: MicrophoneState;
  readonly devices: readonly { id: string; label: string }[];
  readonly chosen: string | null;
  /** Muted by the person. */
  readonly muted: boolean;
  /** Whether the echo test runs: my own voice played back to me after a moment. */
  readonly echo: boolean;
  /** Level at this moment, 0 to 1 on a scale made for a meter (dB, not amplitude). Cheap: read it every frame. */
  level(): number;
  /** Asks the browser for the microphone (again). Call from a click. */
  open(device?: string): Promise<void>;
  close(): void;
  setMuted(muted: boolean): void;
  setEcho(on: boolean): void;
}

/** Whether I am heard, in the order in which reasons win. `by` counts people. */
export type HeardBadge =
  /** The first connection is being made, or a new one after a break: not yet a reason to worry. */
  | { kind: 'connecting' }
  | { kind: 'connection_lost' }
  | { kind: 'no_microphone' }
  | { kind: 'muted' }
  /**
   * A talking piece goes round at my table, and another one holds it; nobody (null) when it lies in the middle. `speaking`
   * when I speak all the same.
   */
  | { kind: 'piece'; holder: string | null; speaking: boolean }
  /** The system or a switch on the headset mutes it: the track is muted or has ended. */
  | { kind: 'system_muted' }
  /** Packets should leave and don't, or leave and don't arrive. */
  | { kind: 'no_packets' }
  /** Packets flow but the microphone has given no sound at all for a while. */
  | { kind: 'silent' }
  | { kind: 'nobody_near' }
  /** People are near but nothing reaches them. */
  | { kind: 'not_received' }
  | { kind: 'heard'; by: number };

/** Whether I hear. */
export type HearingBadge =
  | { kind: 'connecting' }
  | { kind: 'connection_lost' }
  /** The browser holds the sound back until a click; call `sound.resume()` from one. */
  | { kind: 'suspended' }
  /** Somebody near speaks and nothing arrives. */
  | { kind: 'nothing_arrives' }
  | { kind: 'quiet' }
  | { kind: 'hearing'; people: number };

/** How I want sound to come: as it fits browser, machine and line, or always in one of the two ways. */
export type ListeningChoice = 'automatic' | Listening;

/** Why sound comes as one stream though nobody chose it. */
export type StreamCause =
  /** The browser can't place voices itself. */
  | 'old_browser'
  | 'weak_phone'
  /** The person asked the browser to save data, or the line is slow. */
  | 'thin_line'
  /** Too much of what is sent gets lost. */
  | 'loss';

/** The ear: what arrives and how loud. 'listening' is how sound comes, and the choice of it. */
export interface SoundPort extends Changes<'badge' | 'volume' | 'listening'> {
  readonly heard: HeardBadge;
  readonly hearing: HearingBadge;
  /** Overall volume, 0 to 1.5; kept in the browser. */
  readonly volume: number;
  setVolume(volume: number): void;
  /** How loud the murmur of the square is, 0 (none) to 100; kept in the browser. */
  readonly murmur: number;
  setMurmur(percent: number): void;
  /** How sound comes: as voices each, or as one stream. */
  readonly listening: Listening;
  /** Kept in the browser. */
  readonly listeningChoice: ListeningChoice;
  /** Why it comes as one stream by itself; null when it doesn't. */
  readonly streamCause: StreamCause | null;
  setListeningChoice(choice: ListeningChoice): void;
  /** One person's volume, 0 to 2; 1 unless set. Kept for the session. One stream has no single volumes. */
  volumeOf(who: ParticipantId): number;
  setVolumeOf(who: ParticipantId, volume: number): void;
  /** Resumes suspended audio. Call from a click. */
  resume(): Promise<void>;
  /** Plays a soft sign, quieter than any voice. */
  cue(cue: Cue): void;
  /** Level of a slot's sound after all gains, 0 to 1 linear RMS: what tests and rings read. */
  slotLevel(slot: AudioSlotIndex): number;
}

/** A link to hand out, and what whoever comes by it may do. */
export interface HandedLink { readonly role: Role; readonly link: string }

/** How a file is to be played. */
export interface PlayedFile {
  readonly to: Addressed;
  /** As music in a break: quieter, and nothing else gets quieter because of it. */
  readonly background: boolean;
  /** What others read while it plays. */
  readonly name: string;
}

/** The doors for what is no browser: files, studios, listening rooms. What can't be done is rejected as a change is. */
export interface DoorsPort {
  /** Plays a file to the space. `sent` is told how much of it is there, 0 to 1; aborting gives up. */
  playFile(file: File, how: PlayedFile, sent: (share: number) => void, signal: AbortSignal): Promise<void>;
  /** Gives the space a bell of its own. */
  setBell(file: File, sent: (share: number) => void, signal: AbortSignal): Promise<void>;
  removeBell(): Promise<void>;
  /** Where streams come in (WHIP) and go out (WHEP), without what is asked of them; null when the page has no link. */
  addresses(): { readonly whip: string; readonly whep: string } | null;
}

/** What can be seen of the square before one comes in. */
export interface Glance { readonly name: string; readonly people: number }

/** Everything the face calls. Made once, by `createCore()`; wired to the network in one file of the core. */
export interface Core extends Changes<'connection' | 'notice' | 'happening' | 'glance'> {
  readonly connection: Connection;
  /** The newest notice; the face decides how long it shows. */
  readonly notice: Notice | null;
  /** The newest; read it when 'happening' is told, since the next replaces it. */
  readonly happening: Happening | null;
  /** There from the first welcome on; replaced whole by each new welcome ('connection' is told). */
  readonly world: World | null;
  /** What is seen from the door; null while nothing was. */
  readonly glance: Glance | null;
  readonly microphone: MicrophonePort;
  readonly sound: SoundPort;
  readonly doors: DoorsPort;
  /** The links that I may hand out, by the right of the link by which I came; null when they can't be read. */
  links(): Promise<readonly HandedLink[] | null>;
  /** Stands before the door and looks in now and again; gives how to stop. */
  lookIn(): () => void;
  /** Resumes audio and joins. Call from the Join click, so that browsers let sound out. */
  join(name: string): Promise<void>;
  leave(): void;
  walk(walk: Walk): void;
  walkTo(to: Point): void;
  joinTable(table: TableId): void;
  leaveTable(): void;
  rename(name: string): void;
  setHearing(preset: HearingPreset): void;
  /** For hosts, and who was lent the word: my voice goes over everything, until {@link endSpeech}. */
  speak(to: Addressed): void;
  endSpeech(): void;
  /** Ends a stream or a sound. */
  endSound(sound: ParticipantId): void;
  movePiece(table: TableId, piece: PieceMove): void;
  /** Walks everybody to a zone after a moment; null means the stage, else the foyer, else the middle. */
  callPlenum(zone: ZoneId | null): void;
  endPlenum(): void;
  declinePlenum(): void;
  /** Lets who passes my table listen, or not any more. */
  letListen(table: TableId, allowed: boolean): void;
  /** Asks for a lasting change. Resolves once it is committed; rejects with {@link ChangeRefused}. */
  change(change: Change): Promise<Made | null>;
  /** Asks what a topic says at length; it comes into the agenda ('details'). */
  readTopic(topic: TopicId): void;
  /** Asks where I have been, or where everybody has; it comes into the agenda ('details'). */
  readVisits(everybody: boolean): void;
}

export type { ChangeRefusal };

export type { Microphone, Segment };
