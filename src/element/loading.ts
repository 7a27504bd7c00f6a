// Loads what the gate imports later. Where it does not come (a broken connection, files that a newer version of the app
// has replaced) it goes on trying, and a buyer who would see nothing is told what can be done. The one file has no
// part in this: see vite.config.ts.

export interface PartsHost {
  /** The app is in the page. */
  readonly open: boolean;
  readonly isConnected: boolean;
  readonly shadowRoot: ShadowRoot | null;
}

const LONGEST_WAIT_MS = 30_000;

/** What is on its way, so that nobody asks twice. */
const underWay = new WeakMap<PartsHost, Map<string, Promise<object>>>();

/** @returns the part, or nothing where the gate has left the page before it came */
export function loadPart<T extends object>(
  gate: PartsHost,
  name: string,
  load: () => Promise<T>,
): Promise<Partial<T>> {
  const parts = underWay.get(gate) ?? new Map<string, Promise<object>>();
  underWay.set(gate, parts);
  const loading = parts.get(name) ?? keepTrying(gate, load).finally(() => parts.delete(name));
  parts.set(name, loading);
  return loading;
}

async function keepTrying<T extends object>(gate: PartsHost, load: () => Promise<T>): Promise<Partial<T>> {
  for (let wait = 1000; gate.isConnected; wait = Math.min(wait * 2, LONGEST_WAIT_MS))
    try {
      const part = await load();
      tell(gate, false);
      return part;
    } catch {
      tell(gate, !gate.open);
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  return {};
}

/** In English, and without a style: words and looks are among what has not come. */
function tell({ shadowRoot }: PartsHost, isMissing: boolean): void {
  const root = shadowRoot!; // every gate has one
  root.querySelector('#unloaded')?.remove();
  if (!isMissing) return;
  const again = document.createElement('button');
  again.textContent = 'Reload';
  again.addEventListener('click', () => location.reload());
  const message = document.createElement('p');
  message.id = 'unloaded';
  message.role = 'alert';
  message.lang = 'en';
  message.append('This page did not load completely. Check your connection. ', again);
  root.prepend(message);
}
