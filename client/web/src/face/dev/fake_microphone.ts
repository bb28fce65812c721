import { Teller } from '../../app/changes';
import type { MicrophonePort, MicrophoneState } from '../../app/ports';

/** A microphone that speaks by itself. */
export class FakeMicrophone extends Teller<'state' | 'devices' | 'muted' | 'echo'> implements MicrophonePort {
  state: MicrophoneState = 'off';
  devices = [{ id: 'a', label: 'Built-in microphone' }, { id: 'b', label: 'Headset (USB)' }];
  chosen: string | null = 'a';
  muted = false;
  echo = false;
  /** What asking for it comes to. */
  answer: MicrophoneState = 'on';

  level(): number {
    if (this.state !== 'on' || this.muted) return 0;
    const time_s = performance.now() / 1000;
    return Math.max(0, 0.45 + 0.3 * Math.sin(time_s * 7) * Math.sin(time_s * 1.3));
  }

  async open(device?: string): Promise<void> {
    this.chosen = device ?? this.chosen;
    this.become('asking');
    await new Promise((resolve) => { setTimeout(resolve, 50); });
    this.become(this.answer);
  }

  close(): void {
    this.become('off');
  }

  setMuted(muted: boolean): void {
    this.muted = muted;
    this.tell('muted');
  }

  setEcho(on: boolean): void {
    this.echo = on;
    this.tell('echo');
  }

  become(state: MicrophoneState): void {
    this.state = state;
    this.tell('state');
  }
}
