// The only bridge between the license client and the element: opens the gate at once where that is possible, makes a
// client for the element's attributes, hands its changes on, and closes it when the element leaves the page.

import type { Cause, Environment, Client, LicenseClientOptions, LicenseSnapshot } from '../client/index.ts';
import { INITIAL_SNAPSHOT, isChanged, openAtOnce, readSettings } from '../client/opening.ts';
import { loadPart, type PartsHost } from './loading.ts';

/** Its properties are the client's options. */
export interface ClientHost extends LicenseClientOptions, PartsHost {
  /** For tests and for hosts with a storage or a network of their own. */
  readonly environment: Partial<Environment> | undefined;
  licenseChanged(now: LicenseSnapshot, cause: Cause): void;
}

export class ClientController {
  readonly #host: ClientHost;
  #client: Promise<Client | undefined> | undefined;
  /** What the present client was made for. */
  #made: ReturnType<typeof readSettings> | undefined;
  #stop: (() => void) | undefined;

  constructor(host: ClientHost) {
    this.#host = host;
  }

  /** Makes the client that the host's attributes ask for, where there is another one or none. */
  follow(): void {
    const settings = readSettings(this.#host);
    // A gate that was only moved within the page stays as it was until the new client knows.
    const isMoved = !!this.#made && !isChanged(this.#made, settings);
    if (this.#client && isMoved) return;
    this.close();
    this.#made = settings;
    this.#client = this.#make(settings, isMoved);
  }

  /** The client of an element that is in the page. */
  get client(): Promise<Client | undefined> | undefined {
    return this.#client;
  }

  close(): void {
    this.#stop?.();
    this.#client = undefined;
  }

  /** @returns `undefined` where it was stopped before the client was there */
  async #make(settings: ReturnType<typeof readSettings>, isMoved: boolean): Promise<Client | undefined> {
    let client: Client | undefined;
    let isStopped = false;
    this.#stop = () => {
      isStopped = true;
      client?.close();
    };
    const { environment } = this.#host;
    const opened = await openAtOnce(settings, environment);
    if (isStopped) return undefined;
    let last = opened ?? INITIAL_SNAPSHOT;
    if (opened) {
      this.#host.licenseChanged(opened, 'restored');
      // The page has the app; what comes now is not to keep it from being drawn.
      await new Promise((resolve) => setTimeout(resolve));
    } else if (!isMoved) this.#host.licenseChanged(last, 'started');

    const { createClient } = await loadPart(this.#host, 'client', () => import('../client/client.ts'));
    if (isStopped || !createClient) return undefined;
    client = createClient(settings, environment);
    let isKnown = !opened && !isMoved;
    client.subscribe((now, _before, cause) => {
      isKnown ||= now.access !== 'unknown';
      if (!isKnown || !isChanged(last, now)) return;
      last = now;
      this.#host.licenseChanged(now, cause);
    });
    return client;
  }
}
