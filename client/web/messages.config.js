/**
 * How the messages in `messages/` become typed functions in `paraglide/` (generated, not committed). The bundler
 * uses these options as its plugin does; `npm run messages` compiles without bundling, for type checks.
 */
import { compile } from '@inlang/paraglide-js';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';

/** @type {import('@inlang/paraglide-js').CompilerOptions} */
export const options = {
  project: './project.inlang',
  outdir: './paraglide',
  // `src/i18n/language.svelte.ts` finds the language and hands it in. No cookie: the server never needs it.
  strategy: ['baseLocale'],
  isServer: 'false',
  emitReadme: false,
  emitPrettierIgnore: false,
};

if (argv[1] === fileURLToPath(import.meta.url)) await compile(options);
