/** What a person chose about the page and finds again on the next visit. */
import { recall, remember } from '../app/settings';

class Choices {
  #name = $state(recall('name') ?? '');
  #list = $state(recall('list'));
  /** Came in without a microphone, by choice; not kept. */
  listensOnly = false;
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

  /** Whether single keys are shortcuts. */
  get singleKeys(): boolean { return this.#singleKeys; }
  set singleKeys(on: boolean) {
    this.#singleKeys = on;
    remember('shortcuts', on ? 'on' : 'off');
  }
}

export const choices = new Choices();
