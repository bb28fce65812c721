/** The link by which somebody came: `/s/{space}#TOKEN`. */

import type { TopicId } from '../wire/types';

/** Where to go and by what right. The token stays in memory: never in a log, never in storage. */
export interface Link { readonly space: string; readonly token: string }

/** Reads a link, or says what it lacks. */
export function readLink(location: { pathname: string; hash: string }): Link | 'unknown_space' | 'link' {
  const space = /^\/s\/([a-z0-9-]{1,40})\/?$/.exec(location.pathname)?.[1];
  if (space === undefined) return 'unknown_space';
  const token = location.hash.replace(/^#/, '');
  return token === '' ? 'link' : { space, token };
}

/** What a link leads to beside the square itself: `?topic=12` or `?table=Oak`. */
export type LinkTarget = { readonly topic: TopicId } | { readonly table: string };

export function readTarget(search: string): LinkTarget | null {
  const asked = new URLSearchParams(search);
  const topic = asked.get('topic');
  if (topic !== null && /^\d{1,15}$/.test(topic)) return { topic: Number(topic) as TopicId };
  const table = asked.get('table');
  return table === null || table === '' ? null : { table };
}

/** The address of the space's websocket. */
export function socketAddress(location: { protocol: string; host: string }, space: string): string {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  return `${scheme}://${location.host}/ws/${space}`;
}
