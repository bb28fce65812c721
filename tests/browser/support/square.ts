/** A real server with its data in a folder of its own, and spaces on it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** How long the server may take to print its links. */
const START_MS = 20_000;

/** How long it may take to stop when asked. */
const STOP_MS = 10_000;

/** Links to a space. */
export interface Links {
  join: string;
  host: string;
}

/** What `POST /api/spaces` takes for a map; see the README. */
export interface MapSpec {
  width_m: number;
  height_m: number;
  hearing?: 'close' | 'room' | 'hall';
  walls?: [number, number, number, number][];
  tables?: { name: string; x: number; y: number; radius_m: number; seats: number; wall?: 'open' | 'closed' }[];
  zones?: { name: string; kind: string; x: number; y: number; width_m: number; height_m: number }[];
}

/** The folder with the programs `torg` and `torg-guest`: `cargo xtask test` names it. */
export function program(name: string): string {
  const folder = process.env['TORG_BINARIES'];
  if (folder === undefined) throw new Error('TORG_BINARIES should name the folder of torg: run `cargo xtask test browser`');
  return join(folder, name);
}

/** Everything that was started and not ended yet; ended when this process ends, whatever happens. */
const started = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of started) child.kill('SIGKILL');
});

/** Starts a program of ours that ends with us. */
export function start(name: string, args: readonly string[], prefix: readonly string[] = []): ChildProcess {
  return startAny([...prefix, program(name), ...args]);
}

/** Starts any program; it ends with us. With `led` it can be told lines. */
export function startAny(words: readonly string[], { led = false, cwd }: { led?: boolean; cwd?: string } = {}): ChildProcess {
  const [command, ...rest] = words;
  const child = spawn(command as string, rest, { stdio: [led ? 'pipe' : 'ignore', 'pipe', 'pipe'], ...(cwd !== undefined && { cwd }) });
  started.add(child);
  child.once('exit', () => started.delete(child));
  return child;
}

/** Ends a program by its id: politely, then not. */
export async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(timer);
}

/** A running server. */
export class Square {
  #child: ChildProcess;
  readonly #data: string;
  readonly #prefix: readonly string[];
  /** What the server is told besides: where its record is. */
  readonly #flags: readonly string[];
  /** Links to the space that is there from the start. */
  links: Links;

  private constructor(child: ChildProcess, data: string, links: Links, prefix: readonly string[], flags: readonly string[] = []) {
    this.#child = child;
    this.#data = data;
    this.#prefix = prefix;
    this.#flags = flags;
    this.links = links;
  }

  /** Starts a server on a free port. `prefix` is a command that runs it elsewhere: in another network. */
  static async start(prefix: readonly string[] = []): Promise<Square> {
    const data = await mkdtemp(join(tmpdir(), 'torg-story-'));
    const { child, links } = await serve(data, '127.0.0.1:0', prefix);
    return new Square(child, data, links, prefix);
  }

  /**
   * Starts a server that its story stops and starts again. Its port is none that the system hands out: while the server
   * is down, whoever else runs could get such a port. `flags` are told to it besides.
   */
  static async startToRestart(flags: readonly string[] = []): Promise<Square> {
    const data = await mkdtemp(join(tmpdir(), 'torg-story-'));
    const { child, links } = await serve(data, `127.0.0.1:${await lastingPort()}`, [], flags);
    return new Square(child, data, links, [], flags);
  }

  /** Where it is served. */
  get origin(): string {
    return new URL(this.links.join).origin;
  }

  /** Makes another space. */
  async space(name: string, map: MapSpec): Promise<Links> {
    const response = await fetch(`${this.origin}/api/spaces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name, map }),
    });
    if (!response.ok) throw new Error(`no space: ${response.status} ${await response.text()}`);
    const made = (await response.json()) as { join_link: string; host_link: string };
    return { join: made.join_link, host: made.host_link };
  }

  /** Stops the server, `SIGTERM` or worse, and starts it again on the same port with the same data. */
  async restart(signal: NodeJS.Signals = 'SIGTERM', downMs = 0): Promise<void> {
    const { host } = new URL(this.origin);
    await end(this.#child, signal);
    await new Promise((done) => setTimeout(done, downMs));
    const { child, links } = await serve(this.#data, host, this.#prefix, this.#flags);
    this.#child = child;
    this.links = links;
  }

  /** Lets the server answer nobody: as a network that is gone, or a machine that hangs. */
  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  /** Lets it go on. */
  thaw(): void {
    this.#child.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    this.thaw();
    await end(this.#child);
    await rm(this.#data, { recursive: true, force: true });
  }
}

/** A port that is free now, below those that Linux hands out by itself. */
async function lastingPort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const probe = createServer();
    const free = await new Promise<boolean>((answer) => {
      probe.once('error', () => answer(false));
      probe.listen(port, '127.0.0.1', () => answer(true));
    });
    await new Promise((done) => probe.close(done));
    if (free) return port;
  }
}

async function serve(
  data: string, listen: string, prefix: readonly string[], flags: readonly string[] = [],
): Promise<{ child: ChildProcess; links: Links }> {
  const child = start('torg', ['serve', '--listen', listen, '--data', data, ...flags], prefix);
  const said: string[] = [];
  const listenTo = (stream: NodeJS.ReadableStream): void => {
    createInterface({ input: stream }).on('line', (line) => {
      said.push(line);
      if (said.length > 400) said.shift();
    });
  };
  if (child.stdout !== null) listenTo(child.stdout);
  if (child.stderr !== null) listenTo(child.stderr);
  const link = (label: string): string | undefined => said.find((line) => line.startsWith(`${label}: `))?.slice(label.length + 2);
  const deadline = performance.now() + START_MS;
  for (;;) {
    const [join, host] = [link('join'), link('host')];
    if (join !== undefined && host !== undefined) return { child, links: { join, host } };
    if (child.exitCode !== null || performance.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`torg did not start:\n${said.join('\n')}`);
    }
    await new Promise((done) => setTimeout(done, 20));
  }
}
