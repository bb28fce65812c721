/** Words for who speaks over everything, and to whom. */
import { m } from '$paraglide/messages';
import type { Addressed, ParticipantKind, ZoneId, ZoneSpec } from '../wire/types';

type Zones = readonly Pick<ZoneSpec, 'name'>[];

function nameOf(zones: Zones, zone: ZoneId): string {
  return zones[zone]?.name ?? '';
}

/** Whom one chooses to speak to: "All in Stage". */
export function addressedWords(to: Addressed, zones: Zones): string {
  switch (to.kind) {
    case 'everybody': return m.speak_to_everybody();
    case 'conveners': return m.speak_to_conveners();
    case 'zone': return m.speak_to_zone({ zone: nameOf(zones, to.zone) });
  }
}

/** What others read: "Ann speaks to all". */
export function speaksWords(name: string, to: Addressed, zones: Zones): string {
  switch (to.kind) {
    case 'everybody': return m.speaks_to_all({ name });
    case 'conveners': return m.speaks_to_conveners({ name });
    case 'zone': return m.speaks_to_zone({ name, zone: nameOf(zones, to.zone) });
  }
}

/** What others read of what is played or streamed: "Live to all: Studio 2", "Playing now: Pausemusikk". */
export function playsWords(kind: ParticipantKind, background: boolean, name: string, to: Addressed, zones: Zones): string {
  if (kind === 'person') return speaksWords(name, to, zones);
  if (background) return m.plays_background({ name });
  const isLive = kind === 'stream';
  switch (to.kind) {
    case 'everybody': return isLive ? m.live_to_all({ name }) : m.plays_to_all({ name });
    case 'conveners': return isLive ? m.live_to_conveners({ name }) : m.plays_to_conveners({ name });
    case 'zone': {
      const zone = nameOf(zones, to.zone);
      return isLive ? m.live_to_zone({ name, zone }) : m.plays_to_zone({ name, zone });
    }
  }
}

/** Why who speaks to all is not heard. */
export type Unheard = 'muted' | 'trouble';

/** What the speaker reads: that they are heard, or that they speak and are not. */
export function mySpeechWords(to: Addressed, zones: Zones, unheard: Unheard | null): string {
  if (unheard === null) {
    switch (to.kind) {
      case 'everybody': return m.heard_by_all();
      case 'conveners': return m.heard_by_conveners();
      case 'zone': return m.heard_by_zone({ zone: nameOf(zones, to.zone) });
    }
  }
  return `${speechWords(to, zones)} ${unheard === 'muted' ? m.speech_but_muted() : m.speech_but_unheard()}`;
}

function speechWords(to: Addressed, zones: Zones): string {
  switch (to.kind) {
    case 'everybody': return m.speech_all();
    case 'conveners': return m.speech_conveners();
    case 'zone': return m.speech_zone({ zone: nameOf(zones, to.zone) });
  }
}
