/** A track from afar as a source in Web Audio. */

/** The source, and what keeps it flowing. */
export class TrackSource {
  readonly node: MediaStreamAudioSourceNode;
  readonly #element: HTMLAudioElement;

  constructor(context: AudioContext, track: MediaStreamTrack) {
    const stream = new MediaStream([track]);
    // A track from afar stays silent in Web Audio unless an element pulls it as well (crbug.com/121673);
    // muted, so that nothing is heard twice and no policy on playing applies.
    this.#element = new Audio();
    this.#element.muted = true;
    this.#element.srcObject = stream;
    // Refused only when the element is paused again at once, by close().
    this.#element.play().catch(() => undefined);
    this.node = context.createMediaStreamSource(stream);
  }

  /** Plays nothing any more. */
  close(): void {
    this.node.disconnect();
    this.#element.pause();
    this.#element.srcObject = null;
  }
}
