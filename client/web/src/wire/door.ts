/** What the server tells whoever holds a link, beside the websocket: `/api/spaces/{id}` and what is below it. */
import type { Glance, HandedLink } from '../app/ports';

/** How long an answer may take, ms. */
const ANSWER_MS_MAX = 5_000;

interface Held { space: string; token: string }

/** Looks; null when nothing can be seen, for whatever reason: coming in will tell which. */
export async function glanceAt(link: Held): Promise<Glance | null> {
  return readGlance(await ask(link, ''));
}

/** The links that whoever holds this one may hand out; null when they can't be read. */
export async function linksOf(link: Held): Promise<HandedLink[] | null> {
  const links = await ask(link, '/links');
  return Array.isArray(links) && links.every(isHandedLink) ? links : null;
}

async function ask({ space, token }: Held, what: string): Promise<unknown> {
  try {
    const response = await fetch(`/api/spaces/${space}${what}`, {
      headers: { authorization: `Bearer ${token}` }, cache: 'no-store', signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

function isHandedLink(value: unknown): value is HandedLink {
  return typeof value === 'object' && value !== null && 'role' in value && typeof value.role === 'string'
    && 'link' in value && typeof value.link === 'string';
}

function readGlance(value: unknown): Glance | null {
  if (typeof value !== 'object' || value === null || !('name' in value) || !('people' in value)) return null;
  const { name, people } = value;
  return typeof name === 'string' && typeof people === 'number' ? { name, people } : null;
}
