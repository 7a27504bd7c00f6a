// The page's desk in front of the seller's print room: sends it this page's lease, or one that must be refused.

import type { LicenseGate } from '../src/index.ts';
import type { Tricks } from './tricks.ts';

export function wirePrintDesk(desk: HTMLElement, gate: LicenseGate): void {
  const said = desk.querySelector('output');
  desk.addEventListener('click', ({ target }) => {
    const lease = target instanceof HTMLButtonElement ? target.dataset.lease : undefined;
    if (lease !== undefined && said) void show(said, lease, gate);
  });
}

async function show(said: HTMLElement, which: string, gate: LicenseGate): Promise<void> {
  try {
    const response = await print(which, gate);
    // Our own print room's answer.
    const body = (await response.json()) as { sheet?: string; for?: string; code?: string; error?: string };
    const code = document.createElement('code');
    code.textContent = `${response.status} ${body.code ?? 'OK'}`;
    const words = response.ok ? `Sheet ${body.sheet} is being printed for a ${body.for}.` : body.error;
    said.dataset.ok = String(response.ok);
    said.replaceChildren(code, ` ${words}`);
  } catch (cause) {
    said.textContent = `The print room did not answer: ${String(cause)}`;
  }
}

/** As any page should: a refused lease may just be over, so ask for a new one and try once more. */
async function print(which: string, gate: LicenseGate): Promise<Response> {
  if (which !== 'mine') return send(await trickOf(which));
  const response = await send(gate.lease);
  if (response.status !== 401 || !gate.open) return response;
  await gate.check();
  return send(gate.lease);
}

function send(lease: string | undefined): Promise<Response> {
  const headers: HeadersInit = lease ? { authorization: `Bearer ${lease}` } : {};
  return fetch('/app/print', { method: 'POST', headers });
}

async function trickOf(which: string): Promise<string | undefined> {
  const tricks = (await (await fetch('/app/tricks')).json()) as Tricks;
  return tricks[which as keyof Tricks]; // from the buttons in index.html; "none" is none of them
}
