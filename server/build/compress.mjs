// Writes a brotli and a gzip copy of each file that gains by it: node compress.mjs FROM TO
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const [from, to] = process.argv.slice(2);
// What is compressed already, or so small that headers outweigh it, stays as it is.
const compressed = /\.(png|jpe?g|webp|gif|woff2|ogg|mp3|br|gz)$/;
const bytesMin = 512;

for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath ?? entry.path, entry.name);
  if (!entry.isFile() || compressed.test(entry.name)) continue;
  const plain = readFileSync(path);
  if (plain.length < bytesMin) continue;
  const target = join(to, path.slice(from.length));
  mkdirSync(dirname(target), { recursive: true });
  const options = {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
    },
  };
  for (const [extension, bytes] of [['br', brotliCompressSync(plain, options)], ['gz', gzipSync(plain, { level: 9 })]]) {
    if (bytes.length < plain.length * 0.95) writeFileSync(`${target}.${extension}`, bytes);
  }
}
