/** The marketplace by hand: what hosts and guests press, and what the page then knows. */
import type { ProbedAgenda } from '../../../client/web/src/app/probe';
import type { TopicCard } from '../../../client/web/src/wire/types';
import type { Person } from './person';
import { eventually } from './waiting';

/** A time slot as a story needs it: it begins in so many seconds and lasts so long. */
export interface SlotToCome {
  name: string;
  in_s: number;
  lasts_s: number;
  kind?: 'Topics at tables' | 'Plenum' | 'Break';
}

/** Opens the board, if it is not open. */
export async function openBoard({ page }: Person): Promise<void> {
  const button = page.getByRole('button', { name: 'Board', exact: true });
  if (await button.getAttribute('aria-pressed') !== 'true') await button.click();
  await page.getByRole('heading', { name: 'Board' }).waitFor();
}

/** Closes the board, if it is open. */
export async function closeBoard({ page }: Person): Promise<void> {
  const button = page.getByRole('button', { name: 'Board', exact: true });
  if (await button.getAttribute('aria-pressed') === 'true') await button.click();
}

/** A host adds a slot in the form of the board. Seconds are typed too, so that stories need not wait for minutes. */
export async function addSlot(host: Person, { name, in_s, lasts_s, kind = 'Topics at tables' }: SlotToCome): Promise<void> {
  const { page } = host;
  await openBoard(host);
  await page.getByRole('button', { name: 'Add a time slot' }).click();
  const form = page.getByRole('dialog', { name: 'Add a time slot' });
  await form.getByLabel('Name').fill(name);
  await form.getByText(kind, { exact: true }).click();
  const [starts, ends] = await page.evaluate(({ in_s, lasts_s }) => [in_s, in_s + lasts_s].map((from_now_s) => {
    const at = new Date(Date.now() + from_now_s * 1_000);
    return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
  }), { in_s, lasts_s });
  await form.getByLabel('Starts').fill(starts ?? '');
  await form.getByLabel('Ends').fill(ends ?? '');
  await form.getByRole('button', { name: 'Save' }).click();
  await form.waitFor({ state: 'detached' });
  await eventually(`${name} is on the board`, () => agenda(host), ({ slots }) => slots.some((slot) => slot.name === name));
}

/** What somebody types into the form for a topic. */
export interface TopicToPost {
  title: string;
  why?: string;
  /** As the form names it: `Round 1: Oak`. Without it the topic is not placed. */
  at?: string;
  /** They bring another topic at that time, are told so, and insist. */
  insists?: boolean;
}

/** Posts a topic from the board, and puts away the look at it that follows. */
export async function postTopic(person: Person, { title, why, at, insists = false }: TopicToPost): Promise<void> {
  const { page } = person;
  await openBoard(person);
  await page.getByRole('button', { name: 'Post a topic', exact: true }).click();
  const form = page.getByRole('dialog', { name: 'Post a topic' });
  await form.getByLabel('What do you want to talk about?').fill(title);
  if (why !== undefined) await form.getByLabel('Why, and what should come of it?').fill(why);
  if (at !== undefined) await form.getByLabel('Time and table').selectOption({ label: at });
  await form.getByRole('button', { name: 'Post it' }).click();
  if (insists) await form.getByRole('button', { name: 'Place it all the same' }).click();
  const peek = page.getByRole('dialog', { name: title });
  await peek.waitFor();
  await page.keyboard.press('Escape');
  await peek.waitFor({ state: 'detached' });
}

/** The marketplace as somebody's page knows it. */
export async function agenda({ page }: Person): Promise<ProbedAgenda> {
  const known = await page.evaluate(() => window.torg?.agenda());
  return known ?? { slots: [], topics: [], open: [], interests: [] };
}

/** A topic as somebody's page knows it. */
export async function topic(person: Person, title: string): Promise<TopicCard | undefined> {
  return (await agenda(person)).topics.find((one) => one.title === title);
}

/** Where a topic stands on the board for somebody, in words: `Round 1: 2`, the table by its place on the map. */
export async function placeOf(person: Person, title: string): Promise<string | null> {
  const { slots, topics } = await agenda(person);
  const cell = topics.find((one) => one.title === title)?.placed;
  if (!cell) return null;
  return `${slots.find(({ id }) => id === cell.slot)?.name}: ${cell.table}`;
}

/** What was said politely to who cannot see. */
export function said({ page }: Person): Promise<string[]> {
  return page.locator('[aria-live=polite]').allInnerTexts();
}

/** The table at which somebody sits. */
export async function myTable(person: Person): Promise<number | null> {
  return (await person.people()).find(({ me }) => me)?.table ?? null;
}
