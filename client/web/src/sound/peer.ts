/**
 * One peer connection for its whole life: one offer, one answer. The microphone goes up in one section, the audio
 * slots come down in eight and the bed in one more; walking, talking, muting, a microphone that comes later and sound
 * that comes as one stream never negotiate again.
 */
import { AUDIO_SLOTS, type AudioSlotIndex, type OfferedTrack, type ParticipantId } from '../wire/types';
import type { Played } from './gate';
import { wishForStereo } from './sdp';
import type { Counted } from './stream_cause';

/** How a peer connection stands. `wavering`: it was up and checks go unanswered; it may come back by itself. */
export type PeerState = 'connecting' | 'up' | 'wavering' | 'down';

/** What comes in one audio slot. */
export interface Incoming {
  readonly track: MediaStreamTrack;
  /** Whose voice was played last, or null when the browser knows of none in the last seconds. Not cheap. */
  played(): Played | null;
}

/** All that comes in one peer connection. */
export interface Arriving {
  /** By audio slot. */
  readonly slots: readonly Incoming[];
  /** The murmur, or everything in one stream; stereo. */
  readonly bed: MediaStreamTrack | null;
}

/** What flowed, counted since the peer connection was made. */
export interface PeerStatistics {
  packetsSent: number;
  bytesSent: number;
  /** By audio slot. */
  slots: readonly ReceivedStatistics[];
  bed: ReceivedStatistics;
  /** Between us and the server, as measured by ICE. */
  roundTrip_ms: number | null;
  /** What carries it. */
  protocol: 'udp' | 'tcp' | null;
}

/** What came in one section. */
export interface ReceivedStatistics { packetsReceived: number; packetsLost: number; concealedSamples: number }

/** All packets that came and that got lost on the way here. */
export function countedIn({ slots, bed }: PeerStatistics): Counted {
  const all = [...slots, bed];
  return {
    received: all.reduce((sum, { packetsReceived }) => sum + packetsReceived, 0),
    lost: all.reduce((sum, { packetsLost }) => sum + packetsLost, 0),
  };
}

/**
 * How long gathering may take, ms. The server is ICE-lite and answers whoever knocks, so an offer without our
 * candidates works as well; waiting is courtesy to whoever reads the offer.
 */
const GATHERING_MS_MAX = 500;

/** A peer connection to the server. */
export class Peer {
  readonly #connection: RTCPeerConnection;
  readonly #microphone: RTCRtpTransceiver;
  readonly #slots: readonly RTCRtpTransceiver[];
  readonly #bed: RTCRtpTransceiver;
  #answered = false;
  #track: MediaStreamTrack | null = null;

  /** `changed` is called when {@link state} may have changed. */
  constructor(changed: () => void) {
    this.#connection = new RTCPeerConnection({ bundlePolicy: 'max-bundle', iceServers: [] });
    this.#microphone = this.#connection.addTransceiver('audio', { direction: 'sendonly' });
    this.#slots = Array.from({ length: AUDIO_SLOTS }, () =>
      this.#connection.addTransceiver('audio', { direction: 'recvonly' }));
    this.#bed = this.#connection.addTransceiver('audio', { direction: 'recvonly' });
    onlyOpus([this.#microphone, ...this.#slots, this.#bed]);
    this.#connection.onconnectionstatechange = changed;
  }

  get state(): PeerState {
    switch (this.#connection.connectionState) {
      case 'new':
      case 'connecting': return 'connecting';
      case 'connected': return 'up';
      case 'disconnected': return 'wavering';
      case 'failed':
      case 'closed': return 'down';
    }
  }

  /** Whether the answer has come: without it, the connection can't come up. */
  get answered(): boolean { return this.#answered; }

  /** What comes in. The tracks live as long as the peer connection. */
  get arriving(): Arriving {
    const slots = this.#slots.map(({ receiver }) => ({ track: receiver.track, played: () => lastPlayed(receiver) }));
    return { slots, bed: this.#bed.receiver.track };
  }

  /** The offer, complete with candidates. Once in a life. */
  async offer(): Promise<{ sdp: string; tracks: OfferedTrack[] }> {
    const { sdp = '' } = await this.#connection.createOffer();
    await this.#connection.setLocalDescription({ type: 'offer', sdp: wishForStereo(sdp) });
    await this.#gathered();
    const microphone: OfferedTrack = { mid: midOf(this.#microphone), purpose: { kind: 'microphone' } };
    const slots = this.#slots.map((transceiver, slot): OfferedTrack =>
      ({ mid: midOf(transceiver), purpose: { kind: 'audio_slot', slot: slot as AudioSlotIndex } }));
    const bed: OfferedTrack = { mid: midOf(this.#bed), purpose: { kind: 'bed' } };
    return { sdp: this.#connection.localDescription?.sdp ?? '', tracks: [microphone, ...slots, bed] };
  }

  /** The server's answer. */
  async accept(sdp: string): Promise<void> {
    await this.#connection.setRemoteDescription({ type: 'answer', sdp });
    this.#answered = true;
  }

  /** What to send from now on; null sends nothing at all, not even silence. */
  async send(track: MediaStreamTrack | null): Promise<void> {
    if (track === this.#track || this.state === 'down') return;
    this.#track = track;
    await this.#microphone.sender.replaceTrack(track);
  }

  async statistics(): Promise<PeerStatistics> {
    const report = await this.#connection.getStats();
    const slots = this.#slots.map(nothingReceived);
    const bed = nothingReceived();
    const statistics: PeerStatistics = { packetsSent: 0, bytesSent: 0, slots, bed, roundTrip_ms: null, protocol: null };
    const receivedBy = new Map([[this.#bed.mid, bed], ...this.#slots.map(({ mid }, slot) => [mid, slots[slot]] as const)]);
    for (const entry of report.values() as Iterable<StatsEntry>) {
      if (entry.type === 'outbound-rtp') {
        statistics.packetsSent += entry.packetsSent ?? 0;
        statistics.bytesSent += entry.bytesSent ?? 0;
      } else if (entry.type === 'inbound-rtp') {
        const received = receivedBy.get(entry.mid ?? null);
        if (received === undefined) continue;
        received.packetsReceived += entry.packetsReceived ?? 0;
        received.packetsLost += entry.packetsLost ?? 0;
        received.concealedSamples += entry.concealedSamples ?? 0;
      }
    }
    const pair = selectedPair(report);
    if (pair?.currentRoundTripTime !== undefined) statistics.roundTrip_ms = pair.currentRoundTripTime * 1_000;
    const protocol = (report.get(pair?.localCandidateId ?? '') as StatsEntry | undefined)?.protocol;
    if (protocol === 'udp' || protocol === 'tcp') statistics.protocol = protocol;
    return statistics;
  }

  close(): void {
    this.#connection.onconnectionstatechange = null;
    this.#connection.close();
  }

  async #gathered(): Promise<void> {
    const connection = this.#connection;
    if (connection.iceGatheringState === 'complete') return;
    await new Promise<void>((done) => {
      setTimeout(done, GATHERING_MS_MAX);
      connection.addEventListener('icegatheringstatechange', () => {
        if (connection.iceGatheringState === 'complete') done();
      });
    });
  }
}

function nothingReceived(): ReceivedStatistics {
  return { packetsReceived: 0, packetsLost: 0, concealedSamples: 0 };
}

/** What we read of the entries of `RTCStatsReport` (W3C webrtc-stats); which are there depends on the type. */
interface StatsEntry {
  readonly type: string;
  readonly mid?: string;
  readonly packetsSent?: number;
  readonly bytesSent?: number;
  readonly packetsReceived?: number;
  readonly packetsLost?: number;
  readonly concealedSamples?: number;
  readonly selectedCandidatePairId?: string;
  readonly selected?: boolean;
  readonly currentRoundTripTime?: number;
  readonly localCandidateId?: string;
  readonly protocol?: string;
}

/** The newest contributing source (W3C WebRTC, RTCRtpReceiver): browsers note it when they play its packet. */
function lastPlayed(receiver: RTCRtpReceiver): Played | null {
  let newest: RTCRtpContributingSource | null = null;
  for (const source of receiver.getContributingSources()) {
    if (newest === null || source.timestamp > newest.timestamp) newest = source;
  }
  return newest === null ? null : { speaker: newest.source as ParticipantId, timestamp_ms: newest.timestamp };
}

/** The pair of candidates in use: Chromium and Safari name it in the transport, Firefox in the pair itself. */
function selectedPair(report: RTCStatsReport): StatsEntry | undefined {
  const entries = [...report.values() as Iterable<StatsEntry>];
  const transport = entries.find(({ type }) => type === 'transport');
  if (transport?.selectedCandidatePairId !== undefined) {
    return report.get(transport.selectedCandidatePairId) as StatsEntry | undefined;
  }
  return entries.find(({ type, selected }) => type === 'candidate-pair' && selected === true);
}

/** The server speaks Opus alone: other codecs would make the offer long and its answer no different. */
function onlyOpus(transceivers: readonly RTCRtpTransceiver[]): void {
  const codecs = RTCRtpReceiver.getCapabilities('audio')?.codecs ?? [];
  const opus = codecs.filter(({ mimeType }) => mimeType.toLowerCase() === 'audio/opus');
  if (opus.length === 0) return;
  for (const transceiver of transceivers) transceiver.setCodecPreferences(opus);
}

function midOf(transceiver: RTCRtpTransceiver): string {
  if (transceiver.mid === null) throw new Error('a transceiver has its mid once the offer is set');
  return transceiver.mid;
}
