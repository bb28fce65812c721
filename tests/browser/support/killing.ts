/** A server that is killed again and again while a meeting goes on, and how soon people are back and hear. */
import type { Dice } from './dice';
import { CONVENERS, type OpenSpace } from './openspace';
import type { Square } from './square';
import { pause } from './waiting';

/** How long people may take to be back, and to hear again, before it is a fault, ms. */
const BACK_MS = 20_000;

/** No moment of a meeting is waited for longer than this, ms. */
const MOMENT_MS = 45_000;

/** Now and then the server stays away for up to so long, ms. */
const DOWN_MS_MAX = 4_000;

/** How often it is told how it goes, in kills. */
const TELL_EVERY = 10;

/** What came of killing. */
export interface Figures {
  kills: number;
  /** From the kill to the server's readiness, ms: what the machine makes of some hundredths of a second of work. */
  restart: number[];
  /** From the server's readiness to being in again, for every guest and kill, ms. */
  back: number[];
  /** From the server's readiness to the first voice, for every guest who sat with somebody who speaks, ms. */
  sound: number[];
  /** What was acknowledged and looked for after each kill, added up. */
  looked: number;
}

/** Plays rounds of the meeting until the server has been killed so often. */
export async function playWhileKilled(square: Square, space: OpenSpace, dice: Dice, kills: number): Promise<Figures> {
  let over = false;
  const killing = killAgainAndAgain(square, space, dice, kills).finally(() => {
    over = true;
    space.recovering = false;
  });
  try {
    // Either may fail first, and the other must come to its end all the same.
    const rounds = async (): Promise<void> => {
      do await space.round(); while (!over);
    };
    const [figures] = await Promise.all([killing, rounds()]);
    return figures;
  } catch (error) {
    // Who waits for something that was lost waits in vain: what was lost says more.
    throw new Error([String(error), ...space.faults].join('\n'), { cause: error });
  } finally {
    space.over = true;
    await killing.catch(() => {});
  }
}

/** Kills the server so often at moments spread over posts, bells, joins and any, and looks each time what is left. */
async function killAgainAndAgain(square: Square, space: OpenSpace, dice: Dice, kills: number): Promise<Figures> {
  const figures: Figures = { kills: 0, restart: [], back: [], sound: [], looked: 0 };
  const moments = [atAnyMoment, atABell, whilePosting, whileJoining];
  while (figures.kills < kills && !space.over) {
    await (moments[figures.kills % moments.length] as typeof atAnyMoment)(space, dice);
    // What a host has read is acknowledged: read in the moment before, whether the answer comes or not.
    const reading = space.readVisits();
    await pause(dice.below(40));
    while (space.setting) await pause(10);
    const down_ms = dice.below(4) < 1 ? dice.below(DOWN_MS_MAX) : 0;
    await killOnce(square, space, down_ms, figures);
    await reading;
    await space.look();
    await space.readVisits();
    figures.looked += space.kept.topics.size + space.kept.roles.size + space.kept.visits.size;
    figures.kills += 1;
    space.recovering = false;
    if (figures.kills % TELL_EVERY === 0 && figures.kills < kills) console.log(inWords(figures, space));
  }
  return figures;
}

async function killOnce(square: Square, space: OpenSpace, down_ms: number, figures: Figures): Promise<void> {
  const seats = seatsNow(space);
  const at = Date.now();
  space.recovering = true;
  await square.restart('SIGKILL', down_ms);
  const up = Date.now();
  space.kills.push({ at, up });
  const speakers = new Set(CONVENERS.filter((name) => seats.has(name)).map((name) => seats.get(name)));
  const listening = [...seats].filter(([name, table]) => speakers.has(table) && !CONVENERS.includes(name)).map(([name]) => name);
  const back = (name: string): number | undefined => space.seen.get(name)?.findLast((seen) => seen.what === 'in' && seen.at > at)?.at;
  const hears = (name: string): number | undefined => {
    const heard = space.pages.find(({ person }) => person.name === name)?.watch.heard_at ?? space.heard.get(name) ?? 0;
    return heard > at ? heard : undefined;
  };
  figures.restart.push(up - at - down_ms);
  figures.back.push(...await wait(space, 'is not back', space.everybody, back, up));
  figures.sound.push(...await wait(space, 'hears nobody', listening, hears, up));
  for (const [name, table] of seats) {
    const now = space.seen.get(name)?.findLast((seen) => seen.what === 'in') as { table?: string | null } | undefined;
    if (now?.table !== table) space.faults.push(`lost: ${name} sat at ${table} and is at ${now?.table ?? 'no table'}`);
  }
}

/** Who sits where for sure: they sat down a while ago, and are not about to leave. */
function seatsNow(space: OpenSpace): Map<string, string> {
  const seats = new Map<string, string>();
  for (const [name, seen] of space.seen) {
    const last = seen.at(-1);
    const sits = last !== undefined && (last.what === 'sat' || last.what === 'in') && last.table !== null;
    if (sits && last.at < Date.now() - 300 && !space.moving.has(name)) seats.set(name, last.table as string);
  }
  return seats;
}

async function wait(
  space: OpenSpace, what: string, names: readonly string[], look: (name: string) => number | undefined, since: number,
): Promise<number[]> {
  const deadline = Date.now() + BACK_MS;
  let missing = names;
  while (missing.length > 0 && Date.now() < deadline) {
    await pause(20);
    missing = missing.filter((name) => look(name) === undefined);
  }
  space.faults.push(...missing.map((name) => `late: ${name} ${what} ${BACK_MS} ms after the server`));
  return names.map((name) => Math.max((look(name) ?? since + BACK_MS) - since, 0));
}

async function atAnyMoment(_: OpenSpace, dice: Dice): Promise<void> {
  await pause(dice.below(6_000));
}

/** Within a third of a second of a bell, before or after. */
async function atABell(space: OpenSpace, dice: Dice): Promise<void> {
  const off_ms = dice.below(600) - 300;
  const next = (): number | undefined =>
    space.bells.flatMap(({ opens, closes }) => [opens, closes]).map((bell) => bell + off_ms).filter((bell) => bell > Date.now()).sort((a, b) => a - b)[0];
  await until(() => next() !== undefined);
  await pause(Math.max((next() ?? 0) - Date.now(), 0));
}

async function whilePosting(space: OpenSpace, dice: Dice): Promise<void> {
  await until(() => space.phase !== 'posting');
  await until(() => space.phase === 'posting');
  await pause(dice.below(1_200));
}

async function whileJoining(space: OpenSpace, dice: Dice): Promise<void> {
  await until(() => space.phase === 'joining' || space.phase === 'moving');
  await pause(dice.below(4_000));
}

async function until(is: () => boolean): Promise<void> {
  const deadline = performance.now() + MOMENT_MS;
  while (!is() && performance.now() < deadline) await pause(5);
}

/** The value below which this share of all lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? 0;
}

/** The figures in words. */
export function inWords({ kills, restart, back, sound, looked }: Figures, space: OpenSpace): string {
  const { topics, roles, visits } = space.kept;
  const faults = (kind: string): number => space.faults.filter((fault) => fault.startsWith(kind)).length;
  const spread = (values: readonly number[]): string =>
    `p50 ${percentile(values, 0.5).toFixed(0)} ms, p95 ${percentile(values, 0.95).toFixed(0)} ms, worst ${percentile(values, 1).toFixed(0)} ms of ${values.length}`;
  return [
    `kills: ${kills}`,
    `acknowledged: ${topics.size} topics, ${roles.size} roles, ${visits.size} visits; looked for ${looked} times in all`,
    `lost: ${faults('lost')}, doubled: ${faults('doubled')}, changed: ${faults('changed')}, late: ${faults('late')}`,
    `yardstick: the server's own start, ${spread(restart)}; this process was woken ${space.pace.worst} ms late at worst`,
    `from the server's readiness to being in again: ${spread(back)}`,
    `from the server's readiness to the first voice: ${spread(sound)}`,
  ].join('\n');
}
