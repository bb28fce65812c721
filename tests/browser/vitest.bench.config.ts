import { defineConfig, mergeConfig } from 'vitest/config';
import chromium from './vitest.config.ts';

const config = mergeConfig(chromium, defineConfig({}));
config.test = { ...config.test, include: ['bench/**/*.test.ts'] };
export default config;
