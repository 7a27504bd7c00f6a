// Where profiles are left: Chrome's DevTools (Performance, "Load profile") shows such a file as flames.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileAt } from './contender.ts';

export function keepProfile(name: string, profile: object): void {
  const folder = fileAt('../profiles');
  mkdirSync(folder, { recursive: true });
  const file = name.toLowerCase().replaceAll(/[^a-z]+/g, '-');
  writeFileSync(`${folder}/${file}.cpuprofile`, JSON.stringify(profile));
}
