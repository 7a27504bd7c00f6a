// The only bridge between the license client and the element: makes a client for the element's attributes,
// hands its changes on, and closes it when the element leaves the page.

import {
  createLicenseClient,
  type Cause,
  type Environment,
  type LicenseClient,
  type LicenseClientOptions,
  type LicenseSnapshot,
} from '../client/index.ts';

export interface ClientHost {
  readonly clientOptions: LicenseClientOptions;
  /** For tests and for hosts with a storage or a network of their own. */
  readonly environment: Partial<Environment> | undefined;
  licenseChanged(now: LicenseSnapshot, cause: Cause): void;
}

export class ClientController {
  readonly #host: ClientHost;
  #client: LicenseClient | undefined;
  /** What the present client was made for. */
  #made = '';

  constructor(host: ClientHost) {
    this.#host = host;
  }

  /** Makes the client that the host's attributes ask for, where there is another one or none. */
  follow(): void {
    const options = this.#host.clientOptions;
    const wanted = JSON.stringify(options);
    // A gate that was only moved within the page stays as it was until the new client knows.
    const isMoved = this.#made === wanted;
    if (this.#client && isMoved) return;
    this.close();
    this.#made = wanted;
    this.#client = createLicenseClient(options, this.#host.environment);
    this.#client.subscribe((now, _before, cause) => {
      if (!isMoved || now.access !== 'unknown') this.#host.licenseChanged(now, cause);
    });
  }

  /** The client of an element that is in the page. */
  get client(): LicenseClient | undefined {
    return this.#client;
  }

  close(): void {
    this.#client?.close();
    this.#client = undefined;
  }
}
