/** The microphone: asking for it, its level, muting it, hearing oneself, and noticing when it goes away. */
import { Teller } from '../app/changes';
import type { MicrophonePort, MicrophoneState } from '../app/ports';
import { recall, remember } from '../app/settings';
import type { Microphone as OnTheWire } from '../wire/types';
import type { AudioOutput } from './context';
import { Meter, meterScale } from './meter';

/** How long the echo test holds my voice back, seconds: long enough to have finished the word. */
const ECHO_DELAY_S = 1;

/** How far back {@link Capture.peak} looks, samples: 0.7 s, more than the time between two looks. */
const PEAK_WINDOW = 32_768;

/** What belongs to one opened device. */
interface Capture {
  readonly track: MediaStreamTrack;
  readonly source: MediaStreamAudioSourceNode;
  readonly meter: Meter;
  readonly peak: Meter;
}

/** Why asking for a microphone failed, from the error that the browser threw. */
export function failureOf(error: unknown): MicrophoneState {
  switch (nameOf(error)) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'denied';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    default:
      return 'missing';
  }
}

/** The name of what was thrown; an OverconstrainedError is no Error in every browser. */
function nameOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'name' in error ? String(error.name) : '';
}

/** The {@link MicrophonePort}, and what the core needs of it besides. */
export class PageMicrophone extends Teller<'state' | 'devices' | 'muted' | 'echo'> implements MicrophonePort {
  #state: MicrophoneState = 'off';
  #devices: readonly { id: string; label: string }[] = [];
  #chosen = recall('microphone');
  #muted = false;
  #capture: Capture | null = null;
  #echo: DelayNode | null = null;
  /** Whether the person wants one: then it is taken up again when it comes back. */
  #wanted = false;
  /** Counts the times of asking; only the newest answer counts. */
  #asked = 0;
  readonly #output: AudioOutput;

  constructor(output: AudioOutput) {
    super();
    this.#output = output;
    // Undefined where the page has no secure context.
    const devices = (navigator as Partial<Navigator>).mediaDevices;
    devices?.addEventListener('devicechange', () => void this.#devicesChanged());
    void this.#listDevices();
  }

  get state(): MicrophoneState { return this.#state; }
  get devices(): readonly { id: string; label: string }[] { return this.#devices; }
  get chosen(): string | null { return this.#chosen; }
  get muted(): boolean { return this.#muted; }
  get echo(): boolean { return this.#echo !== null; }

  /** What is sent: nothing while muted. */
  get sent(): MediaStreamTrack | null {
    return this.#muted ? null : this.#capture?.track ?? null;
  }

  /** What others are told of it. */
  get wire(): OnTheWire {
    if (this.#capture === null) return 'absent';
    return this.#muted ? 'muted' : 'on';
  }

  /** Whether the system or a switch on the headset keeps it silent. */
  get systemMuted(): boolean {
    return this.#state === 'ended' || (this.#capture?.track.muted ?? false);
  }

  /** Largest magnitude of the last 0.7 s, 0 to 1; null when nothing can be said. */
  peak(): number | null {
    return this.#capture === null || !this.#output.running ? null : this.#capture.peak.peak();
  }

  level(): number {
    return this.#capture === null || (this.#muted && !this.echo) ? 0 : meterScale(this.#capture.meter.rms());
  }

  async open(device?: string): Promise<void> {
    const asked = ++this.#asked;
    this.#wanted = true;
    if (!window.isSecureContext) return this.#fail('insecure');
    if ((navigator as Partial<Navigator>).mediaDevices === undefined) return this.#fail('missing');
    if (this.#capture === null) this.#become('asking');
    void this.#output.resume();
    try {
      const stream = await askFor(device ?? this.#chosen);
      if (asked === this.#asked && this.#wanted) this.#take(stream);
      else stopAll(stream);
    } catch (error) {
      if (asked === this.#asked && this.#wanted) this.#fail(failureOf(error));
    }
    await this.#listDevices();
  }

  close(): void {
    this.#wanted = false;
    this.#asked += 1;
    this.#release();
    this.#become('off');
  }

  setMuted(muted: boolean): void {
    if (muted === this.#muted) return;
    this.#muted = muted;
    this.#enable();
    this.tell('muted');
  }

  setEcho(on: boolean): void {
    if (on === this.echo || (on && this.#capture === null)) return;
    if (on) {
      const { context } = this.#output;
      this.#echo = new DelayNode(context, { delayTime: ECHO_DELAY_S, maxDelayTime: ECHO_DELAY_S });
      this.#capture?.source.connect(this.#echo).connect(context.destination);
      void this.#output.resume();
    } else {
      this.#stopEcho();
    }
    this.#enable();
    this.tell('echo');
  }

  #take(stream: MediaStream): void {
    const track = stream.getAudioTracks()[0];
    if (track === undefined) return this.#fail('missing');
    this.#release();
    const { context } = this.#output;
    const source = context.createMediaStreamSource(stream);
    this.#capture = { track, source, meter: new Meter(context), peak: new Meter(context, PEAK_WINDOW) };
    source.connect(this.#capture.meter.node);
    source.connect(this.#capture.peak.node);
    const still = (): boolean => this.#capture?.track === track;
    track.onmute = () => still() && this.tell('state');
    track.onunmute = () => still() && this.tell('state');
    track.onended = () => still() && void this.#ended();
    this.#chosen = track.getSettings().deviceId ?? null;
    remember('microphone', this.#chosen);
    this.#enable();
    this.#become('on');
  }

  async #ended(): Promise<void> {
    this.#release();
    this.#become('ended');
    await this.#listDevices();
    await this.#takeUpAgain();
  }

  async #devicesChanged(): Promise<void> {
    await this.#listDevices();
    if (this.#state === 'ended' || this.#state === 'missing') await this.#takeUpAgain();
  }

  /** Opens another device, or the one that came back; never where that would ask the person out of the blue. */
  async #takeUpAgain(): Promise<void> {
    if (this.#wanted && this.#devices.length > 0 && await isGranted()) await this.open();
  }

  #fail(state: MicrophoneState): void {
    // One that works is kept: choosing another that fails should cost nobody their voice.
    if (this.#capture === null) this.#become(state);
  }

  #become(state: MicrophoneState): void {
    this.#state = state;
    this.tell('state');
  }

  /** Muted, the track gives silence here too. The echo test may hear it all the same: nothing is sent by it. */
  #enable(): void {
    if (this.#capture !== null) this.#capture.track.enabled = !this.#muted || this.echo;
  }

  #release(): void {
    const wasEcho = this.echo;
    this.#stopEcho();
    this.#capture?.source.disconnect();
    this.#capture?.track.stop();
    this.#capture = null;
    if (wasEcho) this.tell('echo');
  }

  #stopEcho(): void {
    if (this.#echo === null) return;
    this.#capture?.source.disconnect(this.#echo);
    this.#echo.disconnect();
    this.#echo = null;
  }

  async #listDevices(): Promise<void> {
    const all = await (navigator as Partial<Navigator>).mediaDevices?.enumerateDevices().catch(() => []) ?? [];
    // Before the permission, browsers list one device without id or name: nothing to choose from.
    const named = all.filter(({ kind, deviceId }) => kind === 'audioinput' && deviceId !== '');
    this.#devices = named.map(({ deviceId, label }) => ({ id: deviceId, label }));
    this.tell('devices');
  }
}

/** Asks for a device, or for any when that one is gone. */
async function askFor(device: string | null): Promise<MediaStream> {
  const processing = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  if (device !== null) {
    try {
      return await navigator.mediaDevices.getUserMedia({ audio: { ...processing, deviceId: { exact: device } } });
    } catch (error) {
      if (!['OverconstrainedError', 'NotFoundError'].includes(nameOf(error))) throw error;
    }
  }
  return await navigator.mediaDevices.getUserMedia({ audio: processing });
}

async function isGranted(): Promise<boolean> {
  try {
    const { state } = await navigator.permissions.query({ name: 'microphone' as PermissionName });
    return state === 'granted';
  } catch {
    return false;
  }
}

function stopAll(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
