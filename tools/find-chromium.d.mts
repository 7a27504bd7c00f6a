import type { LaunchOptions } from 'puppeteer-core';
export function findChromium(): Promise<LaunchOptions>;
