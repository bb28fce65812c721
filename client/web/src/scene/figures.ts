/** The people as they are drawn: eased positions, where they look, how loud their ring is. */
import type { Person, World } from '../app/ports';
import type { ParticipantId, ParticipantKind, Point, Segment, TableId, TimeMs, VoiceLevel } from '../wire/types';
import { arrivalOf } from '../world/motion';
import { isHushed } from '../world/piece';
import { avatarPair } from './colours';
import { initials } from './names';

/** What the scene reads of the world. */
export type Stage = Pick<World, 'me' | 'space' | 'hearing' | 'people' | 'broadcasts' | 'pieces' | 'letListen' | 'bumblebees' | 'now' | 'position'
  | 'tableOf' | 'seats'>;

export interface Figure {
  readonly id: ParticipantId;
  readonly kind: ParticipantKind;
  name: string;
  letters: string;
  readonly pair: number;
  /** Where it is drawn, metres. */
  x: number;
  y: number;
  /** Where it looks, radians from the top, clockwise; null when it just stands. */
  facing: number | null;
  /** Whether it moved on the screen in this frame. */
  moving: boolean;
  /** 0 to 1, smoothed. */
  loudness: number;
  away: boolean;
  microphone: 'absent' | 'muted' | 'on';
  /** Speaks over everything. */
  speaksToAll: boolean;
  /** Holds the talking piece of their table. */
  holdsPiece: boolean;
  /** Listens to a table in passing. */
  passing: TableId | null;
  /** The table it sits at. */
  seatedAt: TableId | null;
}

/** Levels in -dBov between which the ring grows: quieter than the first is no speech. */
const QUIET = 60;
const LOUD = 20;
/** Drawn positions follow the true ones with this time constant: eased start and stop, 18 cm behind at a walk. */
const EASE_MS = 60;
const ATTACK_MS = 50;
const DECAY_MS = 220;
/** Farther than anybody walks between two frames: a jump, drawn as one. */
const JUMP_M = 2.5;

/** From a level as it comes on the wire to 0 (no speech) to 1 (loud). */
export function loudnessOf(level: VoiceLevel): number {
  return Math.min(Math.max((QUIET - level) / (QUIET - LOUD), 0), 1);
}

export class Figures {
  readonly all = new Map<ParticipantId, Figure>();

  /**
   * Brings all figures in step with the world. `calm` leaves easing out. Gives whether anything still moves, so
   * that another frame is needed.
   */
  update(stage: Stage, elapsed_ms: number, myLoudness: number, calm: boolean): boolean {
    for (const id of this.all.keys()) if (!stage.people.has(id)) this.all.delete(id);
    const now = stage.now();
    let moving = false;
    for (const person of stage.people.values()) {
      const at = stage.position(person.id, now);
      if (!at) continue;
      const figure = this.all.get(person.id) ?? this.#enter(person, at);
      if (figure.name !== person.name) {
        figure.name = person.name;
        figure.letters = initials(person.name);
      }
      figure.away = person.presence === 'away';
      figure.microphone = person.microphone;
      figure.speaksToAll = stage.broadcasts.some(({ speaker, background }) => speaker === person.id && !background);
      figure.passing = stage.bumblebees.get(person.id) ?? null;
      figure.seatedAt = person.place.on === 'seat' ? person.place.table : null;
      figure.holdsPiece = figure.seatedAt !== null && stage.pieces.get(figure.seatedAt) === person.id;
      const walking = isWalking(person.motion, now);
      figure.moving = step(figure, at, elapsed_ms, calm) || walking;
      moving = figure.moving || moving;
      figure.facing = facing(figure, person.motion, walking, stage);
      const target = person.id === stage.me ? myLoudness : loudnessOf(person.level);
      moving = settle(figure, person.microphone === 'on' && !isHushed(stage, person.id) ? target : 0, elapsed_ms) || moving;
    }
    return moving;
  }

  #enter({ id, name, kind }: Person, at: Point): Figure {
    const figure: Figure = {
      id, kind, name, letters: initials(name), pair: avatarPair(id), x: at.x, y: at.y,
      facing: null, moving: false, loudness: 0, away: false, microphone: 'absent', speaksToAll: false,
      seatedAt: null, holdsPiece: false, passing: null,
    };
    this.all.set(id, figure);
    return figure;
  }
}

export function isWalking(motion: Segment, now: TimeMs): boolean {
  return now < arrivalOf(motion);
}

/** Moves the drawn position towards the true one; gives whether it is still on its way. */
function step(figure: Figure, at: Point, elapsed_ms: number, calm: boolean): boolean {
  const x = at.x - figure.x;
  const y = at.y - figure.y;
  const away_m = Math.hypot(x, y);
  if (calm || away_m > JUMP_M || away_m < 0.004) {
    figure.x = at.x;
    figure.y = at.y;
    return away_m >= 0.004;
  }
  const share = 1 - Math.exp(-elapsed_ms / EASE_MS);
  figure.x += x * share;
  figure.y += y * share;
  return true;
}

/** Who walks looks ahead; who sits looks at the middle of the table. */
function facing(figure: Figure, motion: Segment, walking: boolean, stage: Stage): number | null {
  if (walking) return Math.atan2(motion.to.x - motion.from.x, motion.from.y - motion.to.y);
  if (figure.seatedAt === null) return figure.facing;
  const table = stage.space.map.tables[figure.seatedAt];
  return table ? Math.atan2(table.x - figure.x, figure.y - table.y) : null;
}

function settle(figure: Figure, target: number, elapsed_ms: number): boolean {
  const away = target - figure.loudness;
  if (Math.abs(away) < 0.01) {
    figure.loudness = target;
    return false;
  }
  figure.loudness += away * (1 - Math.exp(-elapsed_ms / (away > 0 ? ATTACK_MS : DECAY_MS)));
  return true;
}
