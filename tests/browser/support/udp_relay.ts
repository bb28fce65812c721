/** A relay of media over UDP between a page and the server, which can swallow what a microphone sends. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** First bytes of SRTP and SRTCP (RFC 7983); checks and handshakes have others. */
const MEDIA_BYTES = { least: 128, most: 191 };

/** Passes datagrams on, each page's from a port of its own. */
export class UdpRelay {
  readonly #listener: Socket;
  readonly #serverPort: number;
  readonly #passages = new Map<string, Socket>();
  /** Whether media from pages is swallowed. Everything else passes on, so no connection breaks. */
  swallows = false;

  private constructor(listener: Socket, serverPort: number) {
    this.#listener = listener;
    this.#serverPort = serverPort;
    listener.on('message', (datagram, from) => {
      const first = datagram[0] ?? 0;
      if (this.swallows && first >= MEDIA_BYTES.least && first <= MEDIA_BYTES.most) return;
      this.#passage(from.address, from.port).send(datagram, this.#serverPort, '127.0.0.1');
    });
  }

  /** Starts a relay to the server's media port on this machine. */
  static async start(serverPort: number): Promise<UdpRelay> {
    const listener = createSocket('udp4');
    listener.bind(0, '127.0.0.1');
    await once(listener, 'listening');
    return new UdpRelay(listener, serverPort);
  }

  get port(): number {
    return (this.#listener.address() as AddressInfo).port;
  }

  stop(): void {
    for (const socket of [this.#listener, ...this.#passages.values()]) socket.close();
  }

  #passage(address: string, port: number): Socket {
    const page = `${address}:${port}`;
    const known = this.#passages.get(page);
    if (known !== undefined) return known;
    const passage = createSocket('udp4');
    passage.on('message', (datagram) => this.#listener.send(datagram, port, address));
    this.#passages.set(page, passage);
    return passage;
  }
}
