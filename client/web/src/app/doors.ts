/** The doors for files, studios and listening rooms, from the page. */
import { sendFile, soundPath, type Bearer } from '../wire/files';
import type { ZoneSpec } from '../wire/types';
import { readLink } from './link';
import type { DoorsPort, PlayedFile } from './ports';
import { ChangeRefused } from './requests';
import { personOf, recall } from './settings';

/** The {@link DoorsPort} of a page that was opened by a link. */
export class PageDoors implements DoorsPort {
  readonly #zones: () => readonly ZoneSpec[];

  constructor(zones: () => readonly ZoneSpec[]) {
    this.#zones = zones;
  }

  async playFile(file: File, how: PlayedFile, sent: (share: number) => void, signal: AbortSignal): Promise<void> {
    await sendFile({ method: 'POST', path: soundPath(how, this.#zones()), file }, bearer(), sent, signal);
  }

  async setBell(file: File, sent: (share: number) => void, signal: AbortSignal): Promise<void> {
    await sendFile({ method: 'PUT', path: '/bell', file }, bearer(), sent, signal);
  }

  async removeBell(): Promise<void> {
    const nobodyWaits = new AbortController();
    await sendFile({ method: 'DELETE', path: '/bell', file: null }, bearer(), () => undefined, nobodyWaits.signal);
  }

  addresses(): { whip: string; whep: string } | null {
    const link = readLink(location);
    if (typeof link === 'string') return null;
    const space = `${location.origin}/api/spaces/${link.space}`;
    return { whip: `${space}/whip`, whep: `${space}/whep` };
  }
}

function bearer(): Bearer {
  const link = readLink(location);
  if (typeof link === 'string') throw new ChangeRefused('link', 'This address is no link to a space.');
  return { ...link, person: recall(personOf(link.space)) };
}
