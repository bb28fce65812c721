/** A PostgreSQL of its own, on a unix socket in a temporary folder. */
import { execFileSync, type ChildProcess } from 'node:child_process';
import { chownSync, existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { end, startAny } from './square';
import { eventually } from './waiting';

const MISSING = 'PostgreSQL is needed for the stories of the record. Debian and Ubuntu: `sudo apt-get install postgresql`. '
  + 'Elsewhere: install PostgreSQL and put its `initdb` and `postgres` on the PATH';

/** How long it may take to answer after its start. */
const START_MS = 60_000;

/** A running PostgreSQL. */
export class Postgres {
  readonly #process: ChildProcess;
  readonly #folder: string;

  private constructor(process: ChildProcess, folder: string) {
    this.#process = process;
    this.#folder = folder;
  }

  static async start(): Promise<Postgres> {
    const programs = folderOfPrograms();
    // The path of a socket may have 107 characters, and temporary folders are short.
    const folder = await mkdtemp(join(tmpdir(), 'torg-pg-'));
    const leash = leashFor(folder);
    const data = join(folder, 'data');
    const [command, ...words] = [
      ...leash, join(programs, 'initdb'), '-U', 'torg', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync', '-D', data,
    ];
    execFileSync(command as string, words, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'], timeout: START_MS });
    const child = startAny([...leash, join(programs, 'postgres'), '-D', data, '-k', folder, '-c', 'listen_addresses='], { cwd: folder });
    const said: string[] = [];
    child.stderr?.on('data', (words: Buffer) => said.push(String(words)));
    child.stdout?.resume();
    const ready = (): boolean => said.some((words) => words.includes('ready to accept connections'));
    await eventually(`PostgreSQL answers`, () => Promise.resolve(ready()), Boolean, START_MS);
    return new Postgres(child, folder);
  }

  /** Where its one database is, as `torg --record-url` takes it. */
  get url(): string {
    return `postgres://torg@localhost/postgres?host=${this.#folder}`;
  }

  async stop(): Promise<void> {
    // At once: what it holds is not needed any more.
    await end(this.#process, 'SIGQUIT');
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** The folder of initdb and postgres: on the path, or where Debian puts each version. */
function folderOfPrograms(): string {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort().reverse().map((version) => join(root, version, 'bin')) : [];
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...versions];
  const found = folders.find((folder) => ['initdb', 'postgres'].every((name) => existsSync(join(folder, name))));
  if (found === undefined) throw new Error(MISSING);
  return found;
}

/** Runs a program as a user that is not root, which PostgreSQL refuses to be; and lets it end when we do. */
function leashFor(folder: string): string[] {
  if (process.getuid?.() !== 0) return [];
  const idOf = (flag: string, user: string): number => Number(execFileSync('id', [flag, user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  const user = ['postgres', 'nobody'].find((user) => {
    try {
      return idOf('-u', user) > 0;
    } catch {
      return false;
    }
  });
  if (user === undefined) throw new Error('root needs a user `postgres` or `nobody` to run PostgreSQL as');
  const [uid, gid] = [idOf('-u', user), idOf('-g', user)];
  chownSync(folder, uid, gid);
  return ['setpriv', '--pdeathsig', 'QUIT', '--reuid', String(uid), '--regid', String(gid), '--clear-groups'];
}
