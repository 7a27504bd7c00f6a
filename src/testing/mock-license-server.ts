// The mock license server as request handlers of msw, for whole apps under test: they ask over their own `fetch`, and
// get the real server's answers.

import { HttpResponse, http, type HttpHandler } from 'msw/http';
import { createMock, type Mock, type MockOptions } from './mock.ts';

export interface MockLicenseServer extends Mock {
  /** For `setupServer(...handlers)` of `msw/node` and `setupWorker(...handlers)` of `msw/browser`. */
  readonly handlers: HttpHandler[];
}

/**
 * A license server for tests: the real one over a store in memory, with a fake marketplace behind it.
 *
 * @throws where `config` or `seats` is none that the server would start with
 */
export function mockLicenseServer(options?: MockOptions): MockLicenseServer {
  const mock = createMock(options);
  const isForUs = ({ request }: { request: Request }) => request.url.startsWith(`${mock.url}/`);
  return Object.assign(mock, {
    handlers: [http.all(isForUs, ({ request }) => mock.fetch(request).catch(() => HttpResponse.error()))],
  });
}
