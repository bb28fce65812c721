/** The little that we change and read in session descriptions (RFC 8866). */

/** What we ask of Opus (RFC 7587), wherever the browser's offer describes it. */
const OPUS_WISHES: readonly (readonly [key: string, value: string])[] = [
  // Without this, Chromium and Safari decode what comes as mono.
  ['stereo', '1'],
  ['useinbandfec', '1'],
  ['usedtx', '1'],
];

/**
 * Sets our wishes on every Opus line of an offer. All sections get the same: one payload type has one
 * configuration in a bundle (RFC 8843, section 9.1).
 */
export function wishForStereo(sdp: string): string {
  const opus = new Set([...sdp.matchAll(/^a=rtpmap:(\d+) opus\/48000/gim)].map((match) => match[1]));
  return sdp.replace(/^a=fmtp:(\d+) ([^\r\n]*)/gm, (line, payload: string, parameters: string) => {
    if (!opus.has(payload)) return line;
    const settings = new Map(parameters.split(';').map((pair) => {
      const [key = '', value = ''] = pair.trim().split('=', 2);
      return [key, value] as const;
    }));
    for (const [key, value] of OPUS_WISHES) settings.set(key, value);
    return `a=fmtp:${payload} ${[...settings].map(([key, value]) => `${key}=${value}`).join(';')}`;
  });
}
