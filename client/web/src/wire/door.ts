/** What the server shows of a space before one comes in: `GET /api/spaces/{id}`. */
import type { Glance } from '../app/ports';

/** How long an answer may take, ms. */
const ANSWER_MS_MAX = 5_000;

/** Looks; null when nothing can be seen, for whatever reason: coming in will tell which. */
export async function glanceAt(link: { space: string; token: string }): Promise<Glance | null> {
  try {
    const response = await fetch(`/api/spaces/${link.space}`, {
      headers: { authorization: `Bearer ${link.token}` }, cache: 'no-store', signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
    return response.ok ? readGlance(await response.json()) : null;
  } catch {
    return null;
  }
}

function readGlance(value: unknown): Glance | null {
  if (typeof value !== 'object' || value === null || !('name' in value) || !('people' in value)) return null;
  const { name, people } = value;
  return typeof name === 'string' && typeof people === 'number' ? { name, people } : null;
}
