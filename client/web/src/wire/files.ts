/**
 * Sending files to a space: a sound to be played, a bell of its own. By a request of its own, since only that tells how much
 * has been sent.
 */
import { ChangeRefused, type ChangeRefusal } from '../app/requests';
import { addressedParameter } from '../world/speech';
import type { Addressed, ZoneSpec } from './types';

/** By what right: the link's token, and who I am in this space, whose role may be another than the link's. */
export interface Bearer { readonly space: string; readonly token: string; readonly person: string | null }

/** Where a file goes. */
export interface Sending {
  readonly method: 'POST' | 'PUT' | 'DELETE';
  /** Below `/api/spaces/{id}`. */
  readonly path: string;
  /** Null where something is taken away. */
  readonly file: Blob | null;
}

/** How long the server may take to look at a file that it has whole, ms: it measures up to three minutes of sound. */
const LOOK_MS_MAX = 60_000;

/** Without anything being sent for this long the line counts as lost, ms. */
const STALLED_MS_MAX = 20_000;

/** What of an answer is looked at. */
export interface Answer { readonly status: number; readonly text: string }

/** The path that plays a file. */
export function soundPath(how: { to: Addressed; background: boolean; name: string }, zones: readonly Pick<ZoneSpec, 'name'>[]): string {
  const asked = new URLSearchParams({
    to: addressedParameter(how.to, zones), as: how.background ? 'background' : 'talk', name: how.name,
  });
  return `/sounds?${asked}`;
}

/**
 * Sends a file, telling how much of it is there, 0 to 1. Resolves when the server took it; rejects with a
 * {@link ChangeRefused} with the server's code and words, and with an `AbortError` when given up.
 */
export function sendFile(
  { method, path, file }: Sending, bearer: Bearer, sent: (share: number) => void, signal: AbortSignal,
): Promise<void> {
  const request = new XMLHttpRequest();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = (within_ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => request.abort(), within_ms);
  };
  const giveUp = (): void => request.abort();
  return new Promise<void>((resolve, reject) => {
    const fail = (): void => {
      reject(signal.aborted ? signal.reason as DOMException : new ChangeRefused('line_lost', 'The line broke before the answer came.'));
    };
    request.onload = () => {
      const refused = refusalIn({ status: request.status, text: request.responseText });
      if (refused === null) resolve();
      else reject(refused);
    };
    request.onerror = fail;
    request.onabort = fail;
    request.upload.onprogress = ({ loaded, total }) => {
      patience(loaded < total ? STALLED_MS_MAX : LOOK_MS_MAX);
      sent(total > 0 ? loaded / total : 1);
    };
    open(request, method, path, bearer);
    if (file !== null) request.setRequestHeader('content-type', file.type === '' ? 'application/octet-stream' : file.type);
    signal.addEventListener('abort', giveUp);
    patience(STALLED_MS_MAX);
    request.send(file);
  }).finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  });
}

function open(request: XMLHttpRequest, method: string, path: string, { space, token, person }: Bearer): void {
  request.open(method, `/api/spaces/${space}${path}`);
  request.setRequestHeader('authorization', `Bearer ${token}`);
  if (person !== null) request.setRequestHeader('torg-person', person);
}

/** Why it was refused, as the server said it; null when it was not. */
export function refusalIn({ status, text }: Answer): ChangeRefused | null {
  if (status >= 200 && status < 300) return null;
  const { code, message } = readError(text);
  // A proxy on the way has words of its own for what is too large.
  if (status === 413) return new ChangeRefused('file_too_large', message);
  return new ChangeRefused(code ?? 'file', message);
}

/** Codes of the API that are told in our own words. */
const CODES: Readonly<Record<string, ChangeRefusal>> = {
  too_large: 'file_too_large', too_frequent: 'too_frequent', too_many: 'too_many', not_allowed: 'not_allowed', link: 'link',
  token_wrong: 'link', token_missing: 'link', unknown_space: 'unknown_space', store: 'not_saved', not_saved: 'not_saved',
  behind_closed_wall: 'behind_closed_wall', not_now: 'not_now',
};

function readError(text: string): { code: ChangeRefusal | null; message: string } {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return { code: null, message: '' };
    const code = 'code' in value && typeof value.code === 'string' ? CODES[value.code] ?? null : null;
    return { code, message: 'message' in value && typeof value.message === 'string' ? value.message : '' };
  } catch {
    return { code: null, message: '' };
  }
}
