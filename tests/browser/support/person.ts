/** Somebody at the square in Chromium, with a microphone into which a voice of their own speaks. */
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import type { ProbedPerson } from '../../../client/web/src/app/probe';
import { addHooks, soundInWords } from './hooks';
import { always, eventually } from './waiting';
import { writeVoice } from './voice';

/** Where screenshots go; git passes it over. */
const ARTEFACTS = join(import.meta.dirname, '../../artefacts');

/** Sound that a person would hear, and none: RMS out of the page's own graph. */
const AUDIBLE = 0.01;
const NOTHING = 0.000_1;

/** How somebody comes. */
export interface Coming {
  /**
   * The pitch of their voice, which must not be another's; null for no microphone in the machine, or the microphones
   * that the machine has.
   */
  pitchHz?: number | null | 'machine';
  /** What the browser is like: size, language, touch. */
  context?: BrowserContextOptions;
  /** Runs inside the page before its own scripts. */
  before?: (page: Page) => Promise<unknown>;
}

/** A person at a page of the square. */
export class Person {
  readonly name: string;
  readonly page: Page;
  readonly #browser: Browser;
  readonly #folder: string;
  /** What the page said on its console as an error, and what it threw. A story ends with none. */
  readonly faults: string[] = [];
  /** Requests to anybody but the server. A story ends with none. */
  readonly strayRequests: string[] = [];

  private constructor(name: string, page: Page, browser: Browser, folder: string) {
    this.name = name;
    this.page = page;
    this.#browser = browser;
    this.#folder = folder;
  }

  /** Opens a link, and stays before the door. */
  static async atTheDoor(link: string, name: string, coming: Coming = {}): Promise<Person> {
    const folder = await mkdtemp(join(tmpdir(), 'torg-person-'));
    const browser = await launch(folder, coming.pitchHz === undefined ? pitchOf(name) : coming.pitchHz);
    const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1_280, height: 800 }, ...coming.context });
    const page = await context.newPage();
    const person = new Person(name, page, browser, folder);
    person.#watch(new URL(link).host);
    await page.addInitScript(addHooks);
    await coming.before?.(page);
    await page.goto(link);
    return person;
  }

  /** Opens a link, gives a name, and goes in. */
  static async arrive(link: string, name: string, coming: Coming = {}): Promise<Person> {
    const person = await Person.atTheDoor(link, name, coming);
    await person.goIn();
    return person;
  }

  /** Gives the name and presses Join. */
  async goIn(): Promise<void> {
    await this.page.getByRole('textbox', { name: 'Your name' }).fill(this.name);
    await this.page.getByRole('button', { name: 'Join', exact: true }).click();
    await this.isIn();
  }

  /** Waits until the square stands. */
  async isIn(): Promise<void> {
    await eventually(`${this.name} is in`, () => this.page.evaluate(() => window.torg?.connection().state), (state) => state === 'in');
  }

  /** Waits until the page has noticed that its line broke: until then it looks as if it were in. Ask before it breaks. */
  async noticesBreak(): Promise<void> {
    await this.page.waitForFunction(() => window.torg?.connection().state === 'reconnecting', null, { polling: 20 });
  }

  /** Everybody, as this person sees them. */
  people(): Promise<ProbedPerson[]> {
    return this.page.evaluate(() => window.torg?.people() ?? []);
  }

  /** Where somebody is for this person, metres; oneself unless named. */
  async position(name?: string): Promise<{ x: number; y: number }> {
    const person = (await this.people()).find((person) => (name === undefined ? person.me : person.name === name));
    if (person === undefined) throw new Error(`${this.name} does not see ${name ?? 'themselves'}`);
    return { x: person.x, y: person.y };
  }

  /**
   * How loud somebody comes out of this person's speakers, RMS 0 to 1, everybody together unless named: the loudest
   * moment of a second, since voices pause.
   */
  hearing(name?: string): Promise<number> {
    return this.page.evaluate(async (name) => {
      let loudest = 0;
      for (let look = 0; look < 20; look += 1) {
        const torg = window.torg;
        const speaker = torg?.people().find((person) => person.name === name)?.id;
        for (const slot of torg?.slots() ?? []) {
          if (name === undefined || slot.speaker === speaker) loudest = Math.max(loudest, slot.rms);
        }
        const { left, right } = torg?.output() ?? { left: 0, right: 0 };
        if (name === undefined) loudest = Math.max(loudest, left, right);
        await new Promise((done) => setTimeout(done, 50));
      }
      return loudest;
    }, name);
  }

  /** Waits until somebody is heard. What the page knows of its sound is told when they are not. */
  async hears(name: string, withinMs?: number): Promise<void> {
    try {
      await eventually(`${this.name} hears ${name}`, () => this.hearing(name), (level) => level > AUDIBLE, withinMs);
    } catch (error) {
      throw new Error(`${String(error)}\n${await this.page.evaluate(soundInWords)}`, { cause: error });
    }
  }

  /** Waits until nothing is heard, of somebody or at all. */
  async fallsSilent(name?: string): Promise<void> {
    await eventually(`silence for ${this.name}`, () => this.hearing(name), (level) => level < NOTHING);
  }

  /** Listens for a while, in which nothing may be heard, of somebody or at all. */
  async hearsNothing(forMs: number, name?: string): Promise<void> {
    await always(`silence for ${this.name}`, () => this.hearing(name), (level) => level < NOTHING, forMs);
  }

  /** What the badges say, as the app computes them. */
  badges(): Promise<{ heard?: string; by?: number; hearing?: string }> {
    return this.page.evaluate(() => {
      const { heard, hearing } = window.torg?.badges() ?? {};
      return { ...(heard && { heard: heard.kind }), ...(heard?.kind === 'heard' && { by: heard.by }), ...(hearing && { hearing: hearing.kind }) };
    });
  }

  /** How many offers the page has made since it was opened. */
  offers(): Promise<number> {
    return this.page.evaluate(() => window.story.offers);
  }

  /** Holds a key for a while. */
  async hold(key: string, ms: number): Promise<void> {
    await this.page.keyboard.down(key);
    await new Promise((done) => setTimeout(done, ms));
    await this.page.keyboard.up(key);
  }

  /** Breaks the line to the server, as a network does. */
  async cutLine(): Promise<void> {
    await this.page.evaluate(() => window.story.sockets.at(-1)?.close());
  }

  /** Keeps a picture of the page, once what fades in or slides has arrived. */
  async picture(name: string): Promise<void> {
    await mkdir(ARTEFACTS, { recursive: true });
    await this.page.evaluate(async () => {
      const ends = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().iterations !== Number.POSITIVE_INFINITY);
      await Promise.race([Promise.allSettled(ends.map(({ finished }) => finished)), new Promise((done) => setTimeout(done, 2_000))]);
    });
    await this.page.screenshot({ path: join(ARTEFACTS, `${name}.png`) });
  }

  /** Closes the page, which says goodbye, and then the browser. */
  async leave(): Promise<void> {
    await this.page.close();
    await this.#browser.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #watch(host: string): void {
    this.page.on('pageerror', (error) => this.faults.push(String(error)));
    this.page.on('console', (message) => {
      if (message.type() === 'error') this.faults.push(message.text());
    });
    this.page.on('request', (request) => {
      const url = new URL(request.url());
      if (['http:', 'https:', 'ws:', 'wss:'].includes(url.protocol) && url.host !== host) this.strayRequests.push(request.url());
    });
  }
}

async function launch(folder: string, pitchHz: number | null | 'machine'): Promise<Browser> {
  const args: string[] = [];
  // Without this a browser that nobody sits at refuses the microphone: that is how somebody has none here.
  if (pitchHz !== null) args.push('--use-fake-ui-for-media-stream');
  if (typeof pitchHz === 'number') {
    const voice = join(folder, 'voice.wav');
    await writeVoice(voice, pitchHz);
    args.push('--use-fake-device-for-media-stream', `--use-file-for-fake-audio-capture=${voice}`);
  }
  return chromium.launch({
    executablePath: chromiumPath(),
    // Root may not use Chromium's sandbox, and machines that run tests often are root's.
    chromiumSandbox: process.getuid?.() !== 0,
    args,
  });
}

function chromiumPath(): string {
  const named = process.env['TORG_CHROMIUM'] ?? 'chromium';
  if (isAbsolute(named)) return named;
  const paths = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, named));
  const found = paths.find((path) => existsSync(path));
  if (found === undefined) throw new Error(`there is no ${named} on the PATH: name a Chromium in TORG_CHROMIUM`);
  return found;
}

/** A pitch for a name: different enough, and the same in every run. */
function pitchOf(name: string): number {
  const sum = [...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
  return 110 + (sum % 12) * 15;
}
