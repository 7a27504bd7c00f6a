import type { LaunchOptions } from 'puppeteer-core';
export function hasFirefox(): boolean;
export function findFirefox(): LaunchOptions;
