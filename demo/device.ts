// Every name of this machine is an origin of its own, and so a device of its own for the gate: what is stored under
// one name is not seen under another.

import type { LicenseGate } from '../src/index.ts';

interface Device {
  readonly name: string;
  /** What it calls itself in the seat list; `undefined` = by its true name. */
  readonly userAgent?: string;
}

const DEVICES: Readonly<Record<string, Device>> = {
  localhost: { name: 'your computer' },
  '127.0.0.1': { name: 'a second computer', userAgent: 'Mozilla/5.0 (Windows NT 10.0) Firefox/150.0' },
  'phone.localhost': { name: 'a phone', userAgent: 'Mozilla/5.0 (iPhone) Version/19.0 Safari/605.1' },
  'tablet.localhost': { name: 'a tablet', userAgent: 'Mozilla/5.0 (Linux; Android 16) Chrome/150.0' },
};

/** Before the gate is defined: it reads its environment when it starts. */
export function playDevice(gate: LicenseGate, label: HTMLElement): void {
  const device = DEVICES[location.hostname] ?? { name: location.hostname };
  label.textContent = device.name;
  if (device.userAgent) gate.environment = { userAgent: device.userAgent };
}

/** Links to the same page as another device; a key that was tried here goes along. */
export function showOtherDevices(list: HTMLElement, key: string | undefined): void {
  const links = Object.entries(DEVICES)
    .filter(([host]) => host !== location.hostname)
    .map(([host, { name }]) => {
      const link = document.createElement('a');
      link.href = `http://${host}:${location.port}/${key ? `#license_key=${key}` : ''}`;
      link.target = `license-gate-${host}`;
      link.textContent = `open as ${name}`;
      return link;
    });
  list.replaceChildren(...links);
}
