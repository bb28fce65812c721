/** One websocket: opened once, read and written in our messages, never reopened. */
import { decodeFrame, encodeMessage, parseMessage, WireError, type Frame } from './codec';
import type { ClientMessage, ServerMessage } from './types';

/** What a {@link Socket} tells. After `closed` it tells nothing more. */
export interface SocketEvents {
  opened(): void;
  message(message: ServerMessage): void;
  frame(frame: Frame): void;
  closed(): void;
}

/** An open or opening websocket. */
export interface Socket {
  /** Sends, or drops the message when the socket is not open. */
  send(message: ClientMessage): void;
  /** Closes at once: `closed` is not told to who closes. */
  close(): void;
}

/** How a socket is made; tests hand in their own. */
export type OpenSocket = (url: string, events: SocketEvents) => Socket;

/**
 * What may wait in the browser's buffer before a line counts as stuck, bytes: more than the largest offer
 * (128 KiB), far more than a minute of walking.
 */
const BUFFERED_BYTES_MAX = 512 * 1024;

/** Opens a websocket in the browser. */
export const openSocket: OpenSocket = (url, events) => {
  const socket = new WebSocket(url);
  socket.binaryType = 'arraybuffer';
  let over = false;

  function end(tell: boolean): void {
    if (over) return;
    over = true;
    socket.close();
    if (tell) events.closed();
  }

  socket.onopen = () => {
    if (!over) events.opened();
  };
  socket.onclose = () => end(true);
  socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
    if (over) return;
    try {
      if (typeof event.data === 'string') events.message(parseMessage(event.data));
      else events.frame(decodeFrame(event.data));
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      // What we cannot read we may have needed. Coming back gives the whole view.
      console.warn(`torg: ${error.message}; coming back`);
      end(true);
    }
  };

  return {
    send(message) {
      if (over || socket.readyState !== WebSocket.OPEN) return;
      if (socket.bufferedAmount > BUFFERED_BYTES_MAX) end(true);
      else socket.send(encodeMessage(message));
    },
    close: () => end(false),
  };
};
