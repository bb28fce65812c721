/** What a person chose about the page and finds again on the next visit. */
import type { Cue } from '../app/ports';
import { recall, remember } from '../app/settings';

class Choices {
  #name = $state(recall('name') ?? '');
  #list = $state(recall('list'));
  /** Came in without a microphone, by choice; not kept. */
  listensOnly = false;
  /** The cues that are turned off. */
  #quiet = $state.raw<readonly string[]>((recall('cues') ?? '').split(' ').filter((cue) => cue !== ''));
  #singleKeys = $state(recall('shortcuts') !== 'off');

  get name(): string { return this.#name; }
  set name(name: string) {
    this.#name = name;
    remember('name', name);
  }

  /** Whether the list is open; null when never chosen: then it is open where there is room for it. */
  get list(): boolean | null { return this.#list === null ? null : this.#list === 'open'; }
  set list(open: boolean) {
    this.#list = open ? 'open' : 'closed';
    remember('list', this.#list);
  }

  /** Whether a soft sign is played. */
  cue(cue: Cue): boolean { return !this.#quiet.includes(cue); }
  setCue(cue: Cue, on: boolean): void {
    this.#quiet = on ? this.#quiet.filter((one) => one !== cue) : [...this.#quiet, cue];
    remember('cues', this.#quiet.join(' '));
  }

  /** Whether single keys are shortcuts. */
  get singleKeys(): boolean { return this.#singleKeys; }
  set singleKeys(on: boolean) {
    this.#singleKeys = on;
    remember('shortcuts', on ? 'on' : 'off');
  }
}

export const choices = new Choices();
