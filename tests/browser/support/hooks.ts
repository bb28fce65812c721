/**
 * What a story adds to a page before the page's own scripts run: it keeps hold of the sockets and of the tracks that
 * arrive, so that a story can cut a line, and measure left and right of what the browser decoded. The page does not
 * notice.
 */

/** What is added, at `window.story`. */
export interface Hooks {
  sockets: WebSocket[];
  connections: RTCPeerConnection[];
  tracks: MediaStreamTrack[];
  offers: number;
}

declare global {
  interface Window {
    story: Hooks;
  }
}

/** Runs inside the page. */
export function addHooks(): void {
  const hooks: Hooks = { sockets: [], connections: [], tracks: [], offers: 0 };
  window.story = hooks;

  const PlainSocket = window.WebSocket;
  window.WebSocket = class extends PlainSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      hooks.sockets.push(this);
    }
  };

  const PlainConnection = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends PlainConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      hooks.connections.push(this);
      this.addEventListener('track', (event) => hooks.tracks.push(event.track));
    }

    override async setLocalDescription(description?: RTCLocalSessionDescriptionInit): Promise<void> {
      hooks.offers += 1;
      await super.setLocalDescription(description);
    }
  };
}

/** Runs inside the page: its first line breaks with the server's first word, before anything else can come on it. */
export function breakAtWelcome(): void {
  const UnbrokenSocket = window.WebSocket;
  let broken = false;
  window.WebSocket = class extends UnbrokenSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      this.addEventListener('message', () => {
        if (!broken) this.close();
        broken = true;
      });
    }
  };
}

/**
 * Runs inside the page of a speaker: the microphone is a stereo one, with a tone on the left and another on the right,
 * and the answer asks for stereo, as it would of a browser that speaks so by itself.
 */
export function speakInStereo([leftHz, rightHz]: readonly [number, number]): void {
  navigator.mediaDevices.getUserMedia = () => {
    const context = new AudioContext();
    const merger = new ChannelMergerNode(context, { numberOfInputs: 2 });
    for (const [side, frequency] of [leftHz, rightHz].entries()) {
      const tone = new OscillatorNode(context, { frequency });
      tone.connect(new GainNode(context, { gain: 0.3 })).connect(merger, 0, side);
      tone.start();
    }
    const out = new MediaStreamAudioDestinationNode(context, { channelCount: 2 });
    merger.connect(out);
    void context.resume();
    return Promise.resolve(out.stream);
  };
  const plain = window.RTCPeerConnection.prototype.setRemoteDescription;
  window.RTCPeerConnection.prototype.setRemoteDescription = function (this: RTCPeerConnection, description: RTCSessionDescriptionInit) {
    const sdp = (description.sdp ?? '').replace(/^(a=fmtp:\d+ )(?=.*(?:minptime|useinbandfec|usedtx))/gm, '$1stereo=1;sprop-stereo=1;');
    return Reflect.apply(plain, this, [{ type: description.type, sdp }]);
  } as typeof plain;
}

/** Runs inside the page: its media goes over a relay on this port of the machine, and by no other way. */
export function goThroughRelay(port: number): void {
  const plain = window.RTCPeerConnection.prototype.setRemoteDescription;
  window.RTCPeerConnection.prototype.setRemoteDescription = function (this: RTCPeerConnection, description: RTCSessionDescriptionInit) {
    const detour = `a=candidate:1 1 udp 2130706431 127.0.0.1 ${port} typ host`;
    const lines = (description.sdp ?? '').split('\r\n');
    const first = lines.findIndex((line) => line.startsWith('a=candidate:'));
    const sdp = lines.map((line, index) => (index === first ? detour : line))
      .filter((line) => line === detour || !line.startsWith('a=candidate:')).join('\r\n');
    return Reflect.apply(plain, this, [{ type: description.type, sdp }]);
  } as typeof plain;
}

/** Runs inside the page: whether the browser sends what the microphone gives. */
export async function letSound(leave: boolean): Promise<void> {
  for (const sender of window.story.connections.flatMap((connection) => connection.getSenders())) {
    if (sender.track === null) continue;
    const parameters = sender.getParameters();
    for (const encoding of parameters.encodings) encoding.active = leave;
    await sender.setParameters(parameters);
  }
}

/** Runs inside the page: everything that says why sound does not flow. */
export function soundInWords(): string {
  const torg = window.torg;
  return JSON.stringify({
    connection: torg?.connection(), media: torg?.media(), badges: torg?.badges(), microphone: torg?.microphone(),
    slots: torg?.slots(), people: torg?.people(), statistics: torg?.statistics(), output: torg?.output(),
  });
}

/** Level of one frequency on each side of the tracks that arrived. */
export interface Sides {
  left: number;
  right: number;
}

/** Runs inside the page: how loud two tones are, left and right, over all tracks together, 0 to 1. */
export async function tonesBySide([lowHz, highHz]: readonly [number, number]): Promise<{ low: Sides; high: Sides }> {
  const context = new AudioContext();
  await context.resume();
  const analysers = { left: new AnalyserNode(context, { fftSize: 8_192 }), right: new AnalyserNode(context, { fftSize: 8_192 }) };
  const splitter = new ChannelSplitterNode(context, { numberOfOutputs: 2 });
  splitter.connect(analysers.left, 0);
  splitter.connect(analysers.right, 1);
  for (const track of window.story.tracks) {
    const source = new MediaStreamAudioSourceNode(context, { mediaStream: new MediaStream([track]) });
    source.connect(splitter);
  }
  await new Promise((done) => setTimeout(done, 1_500));
  const level = (analyser: AnalyserNode, hertz: number): number => {
    const bins = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(bins);
    const middle = Math.round((hertz / context.sampleRate) * analyser.fftSize);
    return 10 ** (Math.max(...bins.slice(middle - 2, middle + 3)) / 20);
  };
  const sides = (hertz: number): Sides => ({ left: level(analysers.left, hertz), right: level(analysers.right, hertz) });
  const levels = { low: sides(lowHz), high: sides(highHz) };
  await context.close();
  return levels;
}
