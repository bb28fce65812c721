/** The link by which somebody came: `/s/{space}#TOKEN`. */

/** Where to go and by what right. The token stays in memory: never in a log, never in storage. */
export interface Link { readonly space: string; readonly token: string }

/** Reads a link, or says what it lacks. */
export function readLink(location: { pathname: string; hash: string }): Link | 'unknown_space' | 'link' {
  const space = /^\/s\/([a-z0-9-]{1,40})\/?$/.exec(location.pathname)?.[1];
  if (space === undefined) return 'unknown_space';
  const token = location.hash.replace(/^#/, '');
  return token === '' ? 'link' : { space, token };
}

/** The address of the space's websocket. */
export function socketAddress(location: { protocol: string; host: string }, space: string): string {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  return `${scheme}://${location.host}/ws/${space}`;
}
