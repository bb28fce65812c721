/**
 * Looks at every page of the face in a real browser, without a server: takes a picture of each, lets axe-core
 * search it for barriers, watches the console under the strict content security policy, and measures frames with
 * a crowd. Fails on serious barriers and on anything in the console.
 *
 *     node src/face/dev/look.mjs [--out DIR] [PAGE…]
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { extname, join as joinPath, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { build } from 'vite';
import { measureBoard } from './measure_board.mjs';
import { pages } from './pages.mjs';

const POLICY = [
  "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'",
  "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
  "require-trusted-types-for 'script'", 'trusted-types svelte-trusted-html',
].join('; ');
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const SECONDS_OF_CROWD = 5;

const root = fileURLToPath(new URL('../../..', import.meta.url));
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

async function buildFace() {
  const outDir = joinPath(tmpdir(), 'torg-face');
  await build({
    root, logLevel: 'warn',
    build: { outDir, emptyOutDir: true, rolldownOptions: { input: joinPath(root, 'dev.html') } },
  });
  return outDir;
}

function serve(directory) {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url, 'http://face').pathname);
    try {
      const body = readFileSync(joinPath(directory, path));
      response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream', 'content-security-policy': POLICY });
      response.end(body);
    } catch {
      response.writeHead(204).end();
    }
  });
  return new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve(server)); });
}

/** Opens a page, brings it where it should be, and gives what was wrong with it. */
async function look(browser, base, { name, query = '', context: options = {}, act }, out) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', ...options });
  const page = await context.newPage();
  const wrong = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) wrong.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => wrong.push(`error: ${error.message}`));
  page.on('request', (request) => {
    if (!request.url().startsWith(base)) wrong.push(`request to ${request.url()}`);
  });
  await page.goto(`${base}/dev.html${query}`);
  await page.waitForTimeout(300);
  page.setDefaultTimeout(25_000);
  // A page that can't be brought there is wrong, and is looked at all the same.
  await act?.(page).catch((error) => wrong.push(`act: ${error.message.split('\n').slice(0, 3).join(' ')}`));
  await page.waitForTimeout(500);
  await page.screenshot({ path: joinPath(out, `${name}.png`) });
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  for (const { id, impact, help, nodes } of violations) {
    wrong.push(`axe, ${impact}: ${id}: ${help} (${nodes.map((node) => node.target.join(' ')).join('; ')})`);
  }
  await context.close();
  return wrong;
}

/** Frames a second and the script's time a frame, with 300 people of whom a third walks. */
async function measure(browser, base) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.addInitScript(() => {
    const request = window.requestAnimationFrame.bind(window);
    window.frames_ms = [];
    window.requestAnimationFrame = (callback) => request((time) => {
      const start = performance.now();
      callback(time);
      window.frames_ms.push(performance.now() - start);
    });
  });
  await page.goto(`${base}/dev.html?people=300`);
  await pages.find(({ name }) => name === 'crowd').act(page);
  await page.waitForTimeout(1_000);
  const frames = await page.evaluate(async (seconds) => {
    window.frames_ms.length = 0;
    const start = performance.now();
    await new Promise((resolve) => { setTimeout(resolve, seconds * 1_000); });
    return { elapsed_ms: performance.now() - start, each_ms: [...window.frames_ms] };
  }, SECONDS_OF_CROWD);
  await page.close();
  const sorted = frames.each_ms.sort((one, other) => one - other);
  const mean_ms = sorted.reduce((sum, each) => sum + each, 0) / sorted.length;
  const fps = (sorted.length * 1_000) / frames.elapsed_ms;
  return `${fps.toFixed(1)} frames/s; script ${mean_ms.toFixed(2)} ms a frame, p95 ${sorted[Math.floor(sorted.length * 0.95)]?.toFixed(2)} ms`;
}

const given = process.argv.slice(2);
const outAt = given.indexOf('--out');
const out = outAt < 0 ? joinPath(tmpdir(), 'torg-face-pictures') : given.splice(outAt, 2)[1];
mkdirSync(out, { recursive: true });
const server = await serve(await buildFace());
const base = `http://127.0.0.1:${server.address().port}`;
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
let failed = 0;
for (const one of pages) {
  if (given.length > 0 && !given.includes(one.name)) continue;
  const wrong = await look(browser, base, one, out).catch((error) => [`look: ${error.message.split('\n')[0]}`]);
  failed += wrong.length;
  console.log(wrong.length === 0 ? `ok    ${one.name}` : `WRONG ${one.name}\n      ${wrong.join('\n      ')}`);
}
if (given.length === 0 || given.includes('crowd')) console.log(`crowd of 300: ${await measure(browser, base)}`);
if (given.length === 0 || given.includes('board-large')) console.log(`board of 450 and 100:\n  ${await measureBoard(browser, base)}`);
console.log(`pictures in ${out}`);
await browser.close();
server.close();
process.exitCode = failed === 0 ? 0 : 1;
