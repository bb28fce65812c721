/** As much of Web Audio as the ear builds: gains that keep where they go, and no sound. */
import { vi } from 'vitest';

class FakeParam {
  /** Where it goes, as last asked for. */
  value: number;
  /** The time constant of the last change, seconds. */
  constant_s = 0;

  constructor(value: number) {
    this.value = value;
  }

  setTargetAtTime(value: number, _at_s: number, constant_s: number): void {
    this.value = value;
    this.constant_s = constant_s;
  }
}

export class FakeNode {
  readonly outputs: FakeNode[] = [];
  readonly gain: FakeParam;
  readonly positionX = new FakeParam(0);
  readonly positionZ: FakeParam;
  fftSize = 0;

  constructor(readonly context: unknown, { gain = 1, positionZ = 0 }: { gain?: number; positionZ?: number } = {}) {
    this.gain = new FakeParam(gain);
    this.positionZ = new FakeParam(positionZ);
  }

  connect(to: FakeNode): FakeNode {
    this.outputs.push(to);
    return to;
  }

  disconnect(): void {
    this.outputs.length = 0;
  }

  /** Silence, of which a gate thinks that nothing of another speaker is left in it. */
  getFloatTimeDomainData(samples: Float32Array): void {
    samples.fill(0);
  }
}

class FakePanner extends FakeNode {
  get distanceModel(): string { return 'linear'; }
}

class FakeContext {
  readonly currentTime = 0;
  readonly destination = new FakeNode(this);
  /** The sources, in the order in which they were made. */
  readonly sources: FakeNode[] = [];
  readonly panners: FakeNode[] = [];

  createAnalyser(): FakeNode { return new FakeNode(this); }

  createMediaStreamSource(): FakeNode {
    const source = new FakeNode(this);
    this.sources.push(source);
    return source;
  }
}

/** Puts it all where the browser has it; gives the context. */
export function stubAudio(): FakeContext {
  const context = new FakeContext();
  Object.defineProperty(FakePanner.prototype, 'positionX', { value: undefined, configurable: true, writable: true });
  for (const name of ['GainNode', 'DynamicsCompressorNode', 'ChannelSplitterNode']) vi.stubGlobal(name, FakeNode);
  vi.stubGlobal('PannerNode', FakePanner);
  vi.stubGlobal('RTCRtpReceiver', class { getContributingSources(): [] { return []; } });
  vi.stubGlobal('MediaStream', class {});
  vi.stubGlobal('Audio', class {
    play(): Promise<void> { return Promise.resolve(); }
    pause(): void { /* Nothing plays. */ }
  });
  vi.stubGlobal('navigator', { hardwareConcurrency: 8 });
  return context;
}

/** The product of all gains on the first way from here to the end. */
export function gainFrom(node: FakeNode): number {
  const next = node.outputs[0];
  return node.gain.value * (next === undefined ? 1 : gainFrom(next));
}
