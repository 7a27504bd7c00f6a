// The page's line to the world behind it: turns switches, and hears how they stand, in every open page.
/// <reference types="vite/client" />

import type { Switch, WorldState } from './world.ts';

export async function turn(change: Switch): Promise<void> {
  const response = await fetch('/demo/switch', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(change),
  });
  if (!response.ok) throw new Error(`The demo's server refused: ${await response.text()}`);
}

/** Calls back with the present state, then on every change. */
export async function watchWorld(onState: (state: WorldState) => void, onReset: () => void): Promise<void> {
  import.meta.hot?.on('demo:state', onState);
  import.meta.hot?.on('demo:reset', onReset);
  const response = await fetch('/demo/state');
  // Our own server's answer, of the type it is made from.
  onState((await response.json()) as WorldState);
}
