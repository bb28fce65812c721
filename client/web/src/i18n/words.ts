/** Words for what the server and the browser say in codes. Every code has words: the compiler holds it. */
import { m } from '$paraglide/messages';
import type { ChangeRefusal, HeardBadge, HearingBadge, MicrophoneState, StreamCause } from '../app/ports';
import { NAME_CHARS_MAX, type Door, type GoodbyeReason, type HearingPreset, type LanguageTag, type Need, type ParticipantKind, type RefusalCode, type Role, type SlotKind } from '../wire/types';
import { language } from './language.svelte';

const REFUSALS: Readonly<Record<RefusalCode, () => string>> = {
  protocol_version: () => m.refusal_protocol_version(),
  malformed: () => m.refusal_malformed(),
  too_large: () => m.refusal_too_large(),
  too_deep: () => m.refusal_too_deep(),
  too_frequent: () => m.refusal_too_frequent(),
  unknown_space: () => m.refusal_unknown_space(),
  link: () => m.refusal_link(),
  name: () => m.refusal_name({ most: NAME_CHARS_MAX }),
  space_full: () => m.refusal_space_full(),
  place: () => m.refusal_place(),
  unknown_table: () => m.refusal_unknown_table(),
  table_full: () => m.refusal_table_full(),
  no_way: () => m.refusal_no_way(),
  not_allowed: () => m.refusal_not_allowed(),
  behind_closed_wall: () => m.refusal_behind_closed_wall(),
  no_microphone: () => m.refusal_no_microphone(),
  offer_unreadable: () => m.refusal_offer_unreadable(),
  offer_lacks: () => m.refusal_offer_lacks(),
  codec: () => m.refusal_codec(),
  media_full: () => m.refusal_media_full(),
  text: () => m.refusal_text(),
  unknown: () => m.refusal_unknown(),
  cell_taken: () => m.refusal_cell_taken(),
  convener_busy: () => m.refusal_convener_busy(),
  slot_closed: () => m.refusal_slot_closed(),
  time: () => m.slot_times_wrong(),
  too_many: () => m.refusal_too_many(),
  not_now: () => m.refusal_not_now(),
  not_saved: () => m.refusal_not_saved(),
  door_locked: () => m.refusal_door_locked(),
  turned_away: () => m.refusal_turned_away(),
};

export function refusalWords(code: RefusalCode): string {
  return REFUSALS[code]();
}

/** Why a lasting change was not made. */
export function changeRefusalWords(code: ChangeRefusal): string {
  if (code === 'line_down') return m.refusal_line_down();
  if (code === 'line_lost') return m.refusal_line_lost();
  if (code === 'file') return m.refusal_file();
  if (code === 'file_too_large') return m.refusal_file_too_large();
  return refusalWords(code);
}

/** What to do about a refused hello. */
export function refusalRemedy(code: RefusalCode): 'reload' | 'try_again' | 'none' {
  switch (code) {
    case 'link':
    case 'unknown_space':
    case 'turned_away':
      return 'none';
    case 'name':
    case 'space_full':
    case 'door_locked':
    case 'media_full':
    case 'too_frequent':
      return 'try_again';
    default:
      return 'reload';
  }
}

/** What the server says where whoever turned somebody away wrote nothing: then our own words serve better. */
const UNSAID: readonly string[] = ['', 'a host showed you out', 'you were not let in'];

/** What whoever holds the door wrote; null where they wrote nothing. */
export function doorkeepersWords(message: string | undefined): string | null {
  return message === undefined || UNSAID.includes(message) ? null : message;
}

export interface Ending { readonly title: string; readonly text: string; readonly again: string | null }

const ENDINGS: Readonly<Record<'left' | GoodbyeReason, () => Ending>> = {
  left: () => ({ title: m.end_left_title(), text: m.end_left_text(), again: m.come_back() }),
  replaced: () => ({ title: m.end_replaced_title(), text: m.end_replaced_text(), again: m.join_here() }),
  link_revoked: () => ({ title: m.end_link_revoked_title(), text: m.end_link_revoked_text(), again: null }),
  server_stops: () => ({ title: m.end_server_stops_title(), text: m.end_server_stops_text(), again: m.try_again() }),
  space_restarts: () => ({ title: m.end_space_restarts_title(), text: m.end_space_restarts_text(), again: m.come_back() }),
  removed: () => ({ title: m.end_removed_title(), text: m.end_removed_text(), again: null }),
  space_closed: () => ({ title: m.end_space_closed_title(), text: m.end_space_closed_text(), again: null }),
  fell_behind: () => ({ title: m.end_fell_behind_title(), text: m.end_fell_behind_text(), again: m.come_back() }),
};

export function endingWords(reason: 'left' | GoodbyeReason): Ending {
  return ENDINGS[reason]();
}

/** How a badge is to be taken: fine, my own choice, or trouble. */
export type BadgeMood = 'good' | 'calm' | 'trouble';
/** The one thing to do about it. */
export type BadgeRemedy = 'unmute' | 'sound_panel' | 'resume' | 'take_piece';
export interface BadgeWords {
  readonly mood: BadgeMood;
  readonly text: string;
  readonly remedy: { readonly act: BadgeRemedy; readonly text: string } | null;
  /** I am not heard because another one holds the talking piece. */
  readonly waits?: true;
}

const panel = (text: string): BadgeWords['remedy'] => ({ act: 'sound_panel', text });

export function heardWords(badge: HeardBadge): BadgeWords {
  switch (badge.kind) {
    case 'connecting':
      return { mood: 'calm', text: m.heard_connecting(), remedy: null };
    case 'connection_lost':
      return { mood: 'trouble', text: m.heard_connection_lost(), remedy: null };
    case 'no_microphone':
      return { mood: 'calm', text: m.heard_no_microphone(), remedy: panel(m.do_set_up()) };
    case 'muted':
      return { mood: 'calm', text: m.heard_muted(), remedy: { act: 'unmute', text: m.do_unmute() } };
    case 'piece':
      return pieceBadgeWords(badge);
    case 'system_muted':
      return { mood: 'trouble', text: m.heard_system_muted(), remedy: panel(m.do_check()) };
    case 'no_packets':
      return { mood: 'trouble', text: m.heard_no_packets(), remedy: panel(m.do_what()) };
    case 'silent':
      return { mood: 'trouble', text: m.heard_silent(), remedy: panel(m.do_check()) };
    case 'nobody_near':
      return { mood: 'calm', text: m.heard_nobody_near(), remedy: null };
    case 'not_received':
      return { mood: 'trouble', text: m.heard_not_received(), remedy: panel(m.do_what()) };
    case 'heard':
      return { mood: 'good', text: m.heard_by({ count: badge.by }), remedy: null };
  }
}

/** Who waits for the talking piece is not heard; who speaks all the same is told at once. */
function pieceBadgeWords({ holder, speaking }: Extract<HeardBadge, { kind: 'piece' }>): BadgeWords {
  const mood = speaking ? 'trouble' : 'calm';
  if (holder === null) return { mood, waits: true, text: m.heard_piece_middle(), remedy: { act: 'take_piece', text: m.piece_take() } };
  return { mood, waits: true, text: speaking ? m.heard_piece_speaking({ name: holder }) : m.heard_piece({ name: holder }), remedy: null };
}

/** Only trouble is shown: hearing well needs no words. A broken connection is the other badge's to tell. */
export function hearingWords(badge: HearingBadge): BadgeWords | null {
  switch (badge.kind) {
    case 'connecting':
    case 'quiet':
    case 'hearing':
    case 'connection_lost':
      return null;
    case 'suspended':
      return { mood: 'trouble', text: m.hearing_suspended(), remedy: { act: 'resume', text: m.do_sound_on() } };
    case 'nothing_arrives':
      return { mood: 'trouble', text: m.hearing_nothing_arrives(), remedy: panel(m.do_what()) };
  }
}

export interface MicrophoneTrouble { readonly title: string; readonly steps: readonly string[]; readonly note: string | null; readonly canRetry: boolean }

/** What to do, step by step, when there is no microphone. */
export function microphoneTrouble(state: MicrophoneState): MicrophoneTrouble | null {
  switch (state) {
    case 'off':
    case 'asking':
    case 'on':
      return null;
    case 'denied':
      return {
        title: m.trouble_denied(), steps: [m.trouble_denied_1(), m.trouble_denied_2(), m.trouble_denied_3()],
        note: m.trouble_denied_note(), canRetry: true,
      };
    case 'missing':
      return { title: m.trouble_missing(), steps: [m.trouble_missing_1(), m.trouble_missing_2()], note: null, canRetry: true };
    case 'busy':
      return { title: m.trouble_busy(), steps: [m.trouble_busy_1()], note: null, canRetry: true };
    case 'insecure':
      return {
        title: m.trouble_insecure(), steps: [m.trouble_insecure_1(), m.trouble_insecure_2()],
        note: m.trouble_insecure_note(), canRetry: false,
      };
    case 'ended':
      return { title: m.trouble_ended(), steps: [m.trouble_ended_1()], note: null, canRetry: true };
  }
}

const CAUSES: Readonly<Record<StreamCause, () => string>> = {
  old_browser: () => m.stream_old_browser(), weak_phone: () => m.stream_weak_phone(), thin_line: () => m.stream_thin_line(),
  loss: () => m.stream_loss(),
};

/** Why sound comes as one stream by itself. */
export function streamCauseWords(cause: StreamCause): string {
  return CAUSES[cause]();
}

const PRESETS: Readonly<Record<HearingPreset, () => string>> = {
  close: () => m.hearing_close(),
  room: () => m.hearing_room(),
  hall: () => m.hearing_hall(),
};

export function presetWords(preset: HearingPreset): string {
  return PRESETS[preset]();
}

const ROLES: Readonly<Record<Role, () => string>> = {
  host: () => m.host(), co_host: () => m.role_co_host(), facilitator: () => m.role_facilitator(),
  convener: () => m.role_convener(), reporter: () => m.role_reporter(), helper: () => m.role_helper(),
  participant: () => m.role_participant(),
};

export function roleWords(role: Role): string {
  return ROLES[role]();
}

const PARTICIPANTS: Readonly<Record<ParticipantKind, () => string>> = {
  person: () => m.role_participant(), listener: () => m.kind_listener(), stream: () => m.kind_stream(), sound: () => m.kind_sound(),
};

/** What stands behind somebody's name. */
export function kindWords(kind: ParticipantKind): string {
  return PARTICIPANTS[kind]();
}

const KINDS: Readonly<Record<SlotKind, () => string>> = {
  plenum: () => m.kind_plenum(), topics: () => m.kind_topics(), break: () => m.kind_break(),
};

export function slotKindWords(kind: SlotKind): string {
  return KINDS[kind]();
}

const NEEDS: Readonly<Record<Need, () => string>> = {
  quiet: () => m.need_quiet(), screen: () => m.need_screen(), closed: () => m.need_closed(),
  facilitator: () => m.need_facilitator(),
};

export function needWords(need: Need): string {
  return NEEDS[need]();
}

export function doorWords(door: Door): { title: string; text: string } {
  switch (door) {
    case 'open': return { title: m.door_open(), text: m.door_open_hint() };
    case 'lobby': return { title: m.door_lobby(), text: m.door_lobby_hint() };
    case 'locked': return { title: m.door_locked(), text: m.door_locked_hint() };
  }
}

/** A language by its name in the page's own; the tag itself where the browser doesn't know it. */
export function languageName(tag: LanguageTag): string {
  const names = new Intl.DisplayNames([language.locale === 'nn' ? 'nb' : language.locale], { type: 'language', fallback: 'code' });
  try {
    const name = names.of(tag) ?? tag;
    return name.charAt(0).toLocaleUpperCase() + name.slice(1);
  } catch {
    return tag;
  }
}
