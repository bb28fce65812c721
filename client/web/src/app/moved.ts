/** Whether somebody else walks me: the server moves me by the same frames as when I ask for it myself. */
import type { Frame } from '../wire/codec';
import { arrivalOf } from '../world/motion';
import type { World } from './ports';

/** What I ask for is under way by then, ms. */
const ASKED_MS = 3_000;

/** On a way round tables one segment follows the other at once; who has stood this long had arrived, ms. */
const STOOD_MS = 1_000;

/** Whether a frame sets me in motion while I stood still and had asked for nothing. `asked_ms` ago I last asked. */
export function movesMe(frame: Frame, world: Pick<World, 'me' | 'people' | 'now'>, asked_ms: number): boolean {
  if (frame.kind !== 'motion' || asked_ms < ASKED_MS) return false;
  const segment = frame.records.find(({ participant }) => participant === world.me)?.segment;
  const before = world.people.get(world.me)?.motion;
  if (segment === undefined || before === undefined || segment.speed_mm_s === 0) return false;
  const goes = segment.from.x !== segment.to.x || segment.from.y !== segment.to.y;
  return goes && world.now() - arrivalOf(before) > STOOD_MS;
}
