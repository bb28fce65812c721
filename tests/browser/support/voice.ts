/** Voices for fake microphones. */
import { writeFile } from 'node:fs/promises';

const RATE_HZ = 48_000;
const SECONDS = 6;

/**
 * Writes a WAV file (RIFF, 16 bits, mono) that browsers take for speech: a gliding tone with overtones in
 * syllables. A plain sine would not do, since noise suppression takes away what never changes.
 */
export async function writeVoice(path: string, pitchHz: number): Promise<void> {
  const samples = new Int16Array(RATE_HZ * SECONDS);
  let phase = 0;
  for (let index = 0; index < samples.length; index += 1) {
    const seconds = index / RATE_HZ;
    // Four syllables a second, with a short breath after every fifth.
    const syllable = Math.sin(Math.PI * ((seconds * 4) % 1)) ** 0.5;
    const breath = Math.floor(seconds * 4) % 6 === 5 ? 0 : 1;
    phase += (2 * Math.PI * pitchHz * (1 + 0.15 * Math.sin(2 * Math.PI * 1.3 * seconds))) / RATE_HZ;
    const overtones = Math.sin(phase) + 0.6 * Math.sin(2 * phase) + 0.4 * Math.sin(3 * phase) + 0.3 * Math.sin(5 * phase);
    samples[index] = Math.round(9_000 * syllable * breath * overtones);
  }
  await writeFile(path, Buffer.concat([header(samples.byteLength), Buffer.from(samples.buffer)]));
}

function header(bytes: number): Buffer {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(36 + bytes, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(RATE_HZ, 24);
  head.writeUInt32LE(RATE_HZ * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(bytes, 40);
  return head;
}
