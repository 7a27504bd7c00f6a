// The routes: each parses what was asked, lets the counter decide, and answers.

import { clientOf, createClientAddress } from './address.ts';
import {
  activationAnswer,
  deactivateAnswer,
  refusalOf,
  refuse,
  statusAnswer,
  turnAway,
  type Answer,
} from './answers.ts';
import type { Product, ServerConfig } from './settings.ts';
import type { Activated, Counter, StatusOutcome } from './counter.ts';
import { createFrame, readBody, send, sendJson, showLimit, type Call, type Handle } from './guards.ts';
import type { Leases } from './leases.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import {
  firstRefusal,
  type Limiters,
  type RateDecision,
  type RateLimiter,
  type RateRule,
} from './rate-limit.ts';
import { redactKeys } from './redact.ts';
import { isRepeatable, type Repeats } from './repeats.ts';
import { ACTIVATE, DEACTIVATE, STATUS, readRequest, type Asked, type Form } from './requests.ts';
import type { License } from './store.ts';
import { createTally } from './tally.ts';
import type { Admit } from './verification.ts';
import type { Reply, Respond, Routes, Visit } from './visit.ts';

const STORAGE_RETRY_MS = 5_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const SHORTEST_RECHECK_MS = 60_000;
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
/** Back ends keep the public keys for so long; the next key is among them long before it signs. */
const KEYS_SECONDS = 3_600;

export interface RouteOptions {
  readonly config: ServerConfig;
  /** What needs the database's secrets is there only once they have been read. */
  readonly open: () => Promise<{ readonly counter: Counter; readonly leases: Leases }>;
  /** Without them everybody is answered anew. */
  readonly repeats: Repeats<SayAgain> | undefined;
  readonly ready: () => Promise<boolean>;
  readonly now: () => number;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly limiters: Limiters;
}

type Known<T> = Extract<Asked<T>, { ok: true }>;
type Decide<T> = (counter: Counter, asked: Known<T>, wait: Wait) => Promise<Decided>;

interface Decided {
  readonly answer: Answer;
  /** Where it may be answered the same again. It must not hold on to the request, which brought the license key. */
  readonly again?: { readonly license: License; readonly say: SayAgain } | undefined;
}

/** Answers as before, but for what each answer has of its own: times, counts and limits. */
export type SayAgain = (wait: Wait) => Answer | Promise<Answer>;

/** How long to wait where one of these limits is used up, counted for `id`; for the client where there is none. */
type Wait = (limiters: readonly RateLimiter[], id?: string) => ReturnType<Admit>;

export function createRoutes(options: RouteOptions): Routes {
  const { config, open, repeats, ready, now, log, metrics, limiters } = options;
  const byPath = new Map<string, Respond>();
  const products = new Map(config.products.map((product) => [product.name, product]));
  const clientAddress = createClientAddress(config.trustedProxies);
  const limits = config.rateLimits;
  const limitersOf = (...rules: readonly RateRule[]) =>
    rules.map(limiters).filter((limiter) => limiter !== undefined);
  const unknownKeys = limitersOf(
    { name: 'unknown-keys', limit: limits.unknownKeysPerMinute, windowMs: MINUTE_MS },
    { name: 'unknown-keys-hour', limit: limits.unknownKeysPerHour, windowMs: HOUR_MS },
  );
  const statusOfKey = limitersOf({
    name: 'status-key',
    limit: limits.statusPerMinutePerKey,
    windowMs: MINUTE_MS,
  });

  const frame = createFrame(config.allowedOrigins);
  const tally = createTally(metrics);

  post('/activate', ACTIVATE, limits.activatePerMinute, async (counter, { product, request }, wait) => {
    const outcome = await counter.activate(product, request, () => wait(unknownKeys));
    return outcome.kind === 'activated' ? activated(product, outcome) : { answer: refusalOf(outcome, now()) };
  });

  post('/deactivate', DEACTIVATE, limits.deactivatePerMinute, async (counter, { product, request }) => {
    const outcome = await counter.deactivate(product, request);
    if (outcome.kind === 'deactivated' && outcome.wasSeated)
      metrics.count('license_gate_deactivations_total', { product: product.name });
    return { answer: deactivateAnswer(outcome, now()) };
  });

  post('/status', STATUS, limits.statusPerMinute, async (counter, { product, request }, wait) =>
    reported(await counter.status(product, request, (keyHash) => wait(statusOfKey, keyHash))),
  );

  serve('GET', '/.well-known/jwks.json', async (c) => {
    const { leases } = await open();
    c.headers['Cache-Control'] = `public, max-age=${KEYS_SECONDS}`;
    return sendJson(c, await leases.jwks());
  });

  serve('GET', '/healthz', (c) => sendJson(c, { status: 'ok' }));
  serve('GET', '/readyz', async (c) =>
    (await ready()) ? sendJson(c, { status: 'ready' }) : sendJson(c, { status: 'not ready' }, 503),
  );
  serve('GET', '/metrics', async (c) => {
    const headers = { ...c.headers, 'Content-Type': METRICS_TYPE };
    return { status: 200, headers, body: await metrics.render() };
  });

  const nowhere = frame((c) =>
    answer(c, 'none', turnAway('no_such_path', `There is nothing at ${redactKeys(c.visit.path)}.`)),
  );

  function activated(product: Product, outcome: Activated): Decided {
    const { license, isNew } = outcome;
    const device = isNew ? 'new' : 'known';
    const count = metrics.counter('license_gate_activations_total', { product: product.name, device });
    const answerAt = activationAnswer(outcome);
    const say = () => {
      count();
      return answerAt(now(), recheckAfterMs(config.verdicts.freshMs));
    };
    return { answer: say(), again: isNew ? undefined : { license, say } };
  }

  function reported(outcome: StatusOutcome): Decided {
    const report = statusAnswer(outcome, now());
    if (outcome.kind !== 'activated') return { answer: report };
    const { license } = outcome;
    const say = async (wait: Wait) => {
      const retryAfterMs = await wait(statusOfKey, license.keyHash);
      return retryAfterMs === undefined ? report : refuse('rate_limited', retryAfterMs);
    };
    return { answer: report, again: { license, say } };
  }

  function post<T extends { product?: string | undefined }>(
    path: string,
    form: Form<T>,
    perMinute: number,
    decide: Decide<T>,
  ): void {
    const limiter = limiters({ name: path.slice(1), limit: perMinute, windowMs: MINUTE_MS });
    serve('POST', path, async (c) => {
      const client = clientFor(c.visit);
      const counted = client === undefined ? undefined : limiter?.(client);
      const decision = counted instanceof Promise ? await counted : counted;
      if (decision) showLimit(c, decision);
      if (decision && !decision.allowed) return answer(c, path, refuse('rate_limited', decision.resetMs));
      const body = await readBody(c);
      if (!body.ok) return answer(c, path, body.refusal);
      const wait: Wait = (counting, id = client) => waitFor(c, counting, id);
      const question = await repeats?.questionOf(c.visit, body.text);
      const sayAgain = question && repeats?.recall(question);
      if (sayAgain) return answer(c, path, await sayAgain(wait));

      const asked = readRequest(body.text, form, products);
      if (!asked.ok) return answer(c, path, asked.refusal);
      const { counter } = await open();
      const { answer: given, again } = await decide(counter, asked, wait);
      if (question && again && isRepeatable(asked.request)) repeats?.keep(question, again.license, again.say);
      return answer(c, path, given);
    });
  }

  /** One handler a path, whatever the method. */
  function serve(method: 'GET' | 'POST', path: string, handle: Handle): void {
    const refusal = turnAway('wrong_method', `Use ${method} ${path}.`, { Allow: method });
    const isMeant = (asked: string) => asked === method || (asked === 'HEAD' && method === 'GET');
    byPath.set(
      path,
      frame(async (c) => {
        try {
          return isMeant(c.visit.method) ? await handle(c) : answer(c, path, refusal);
        } catch (cause) {
          // Whatever breaks in here, the database above all, is nothing that the buyer's license has to do with.
          const { requestId } = c;
          log('error', 'failed', {
            requestId,
            cause: (cause instanceof Error && cause.stack) || String(cause),
          });
          return answer(c, 'none', refuse('upstream_unavailable', STORAGE_RETRY_MS));
        }
      }),
    );
  }

  function answer(c: Call, route: string, given: Answer): Reply {
    const code = given.ok ? 'ok' : given.code;
    tally(route, code, (performance.now() - c.since) / 1000);
    log('debug', 'answer', { route, code, requestId: c.requestId });
    return send(c, given);
  }

  function clientFor(visit: Visit): string | undefined {
    if (visit.address === undefined) return undefined;
    return clientOf(clientAddress(visit.address, visit.header('x-forwarded-for')));
  }

  return { byPath, nowhere };
}

function waitFor(c: Call, limiters: readonly RateLimiter[], id: string | undefined): ReturnType<Wait> {
  const refusal = id === undefined ? undefined : firstRefusal(limiters, id);
  const show = (decision: RateDecision | undefined) => {
    if (decision) showLimit(c, decision);
    return decision?.resetMs;
  };
  return refusal instanceof Promise ? refusal.then(show) : show(refusal);
}

/** Never later than a day, and not all at the same moment. */
const recheckAfterMs = (freshMs: number): number =>
  Math.max(Math.min(freshMs, DAY_MS) * (1 - Math.random() / 10), SHORTEST_RECHECK_MS);
