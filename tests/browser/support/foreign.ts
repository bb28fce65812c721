/** GStreamer at the doors for WHIP and WHEP: a client that isn't ours, `tests/foreign/doors.py`. */
import type { ChildProcess } from 'node:child_process';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startAny } from './square';

const SCRIPT = join(import.meta.dirname, '../../foreign/doors.py');

/** The Python of the system, which alone knows GStreamer. */
const PYTHON = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';

/** What is missing here to run it, in words; nothing when all is there. */
export function missing(): string | undefined {
  const { status, stdout } = spawnSync(PYTHON, ['-B', SCRIPT, 'check'], { encoding: 'utf8', timeout: 20_000 });
  return status === 0 ? undefined : stdout || 'there is no Python';
}

/** Publishes a tone by WHIP with the token of a link, under a name, and waits until its connection stands. */
export function publish(link: string, name: string, hertz: number): Promise<ChildProcess> {
  return come('publish', 'whip', link, name, ['--hertz', String(hertz)]);
}

/** Listens by WHEP, and waits until its connection stands. */
export function listen(link: string, name: string): Promise<ChildProcess> {
  return come('listen', 'whep', link, name, []);
}

async function come(does: string, way: string, link: string, name: string, more: readonly string[]): Promise<ChildProcess> {
  const { origin, pathname, hash } = new URL(link);
  const door = `${origin}/api/spaces/${pathname.replace('/s/', '')}/${way}?name=${encodeURIComponent(name)}`;
  const child = startAny([PYTHON, '-B', SCRIPT, does, door, `--token=${hash.slice(1)}`, ...more], { led: true });
  const said: string[] = [];
  await new Promise<void>((done, failed) => {
    if (child.stdout !== null) {
      createInterface({ input: child.stdout }).on('line', (line) => {
        said.push(line);
        if ((JSON.parse(line) as { event: string }).event === 'connected') done();
      });
    }
    child.once('exit', () => failed(new Error(`GStreamer has ended: ${said.join('\n')}`)));
  });
  return child;
}

/** Lets it leave by DELETE, and waits until it has. */
export async function leave(child: ChildProcess): Promise<void> {
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  child.stdin?.write('leave\n');
  await ended;
}
