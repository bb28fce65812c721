import { afterEach, describe, expect, it, vi } from 'vitest';
import { ChangeRefused } from '../src/app/requests';
import { refusalIn, sendFile, soundPath } from '../src/wire/files';
import type { ZoneId } from '../src/wire/types';

const bearer = { space: 'torg', token: 'token', person: 'me' };

/** A request that the test answers. */
class FakeRequest {
  static last: FakeRequest;
  readonly upload: { onprogress?: (event: { loaded: number; total: number }) => void } = {};
  readonly headers: Record<string, string> = {};
  asked = '';
  status = 0;
  responseText = '';
  onload?: () => void;
  onabort?: () => void;
  constructor() { FakeRequest.last = this; }
  open(method: string, path: string): void { this.asked = `${method} ${path}`; }
  setRequestHeader(name: string, value: string): void { this.headers[name] = value; }
  send(): void { /* The test answers. */ }
  abort(): void { this.onabort?.(); }
  answer(status: number, text = ''): void {
    Object.assign(this, { status, responseText: text });
    this.onload?.();
  }
}

function send(signal = new AbortController().signal, sent: (share: number) => void = () => undefined): Promise<void> {
  vi.stubGlobal('XMLHttpRequest', FakeRequest);
  return sendFile({ method: 'POST', path: '/sounds', file: new Blob(['RIFF'], { type: 'audio/wav' }) }, bearer, sent, signal);
}

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('a file', () => {
  it('is asked to be played to whom, as what, under a name', () => {
    const zones = [{ name: 'Stage & hall' }];
    expect(soundPath({ to: { kind: 'zone', zone: 0 as ZoneId }, background: true, name: 'Pause 1' }, zones))
      .toBe('/sounds?to=zone%3AStage+%26+hall&as=background&name=Pause+1');
  });

  it('goes with the right of the link, and of who I am', async () => {
    const shares: number[] = [];
    const sending = send(undefined, (share) => shares.push(share));
    const request = FakeRequest.last;
    expect(request.asked).toBe('POST /api/spaces/torg/sounds');
    expect(request.headers).toEqual({ authorization: 'Bearer token', 'torg-person': 'me', 'content-type': 'audio/wav' });
    request.upload.onprogress?.({ loaded: 1, total: 4 });
    request.answer(201, '{}');
    await expect(sending).resolves.toBeUndefined();
    expect(shares).toEqual([0.25]);
  });

  it('is refused in the server\'s own words', async () => {
    const sending = send();
    FakeRequest.last.answer(422, '{"code":"sound","message":"this is no WAV file"}');
    await expect(sending).rejects.toMatchObject({ code: 'file', message: 'this is no WAV file' });
  });

  it('can be given up', async () => {
    const abort = new AbortController();
    const sending = send(abort.signal);
    abort.abort(new DOMException('given up', 'AbortError'));
    await expect(sending).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('is lost when nothing of it gets through any more', async () => {
    vi.useFakeTimers();
    const sending = send();
    const refused = expect(sending).rejects.toMatchObject({ code: 'line_lost' });
    await vi.advanceTimersByTimeAsync(21_000);
    await refused;
  });
});

describe('an answer', () => {
  it.each<[number, string, string | null]>([
    [201, '{}', null],
    [200, '', null],
    [403, '{"code":"not_allowed","message":"hosts only"}', 'not_allowed'],
    [401, '{"code":"token_wrong","message":"no"}', 'link'],
    [409, '{"code":"too_many","message":"two play"}', 'too_many'],
    [413, '<html>nginx</html>', 'file_too_large'],
    [422, '{"code":"field","message":"to"}', 'file'],
    [502, '<html>', 'file'],
    [500, 'null', 'file'],
  ])('of %i %s is told as %s', (status, text, code) => {
    const refused = refusalIn({ status, text });
    expect(refused?.code ?? null).toBe(code);
    if (refused !== null) expect(refused).toBeInstanceOf(ChangeRefused);
  });
});
