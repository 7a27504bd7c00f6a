// A back end's view of the real license server: a lease that it signed, and a verifier that reads its keys.
import { SignJWT, exportJWK, generateKeyPair, type CryptoKey, type JWK, type JWTPayload } from 'jose';
import { createLeaseVerifier, type LeaseVerifier, type LeaseVerifierOptions } from '../../src/lease/index.ts';
import { PURCHASES } from '../../src/testing/index.ts';
import { createTestServer, START, type TestOptions, type TestServer } from '../server/support.ts';

export const SERVER = 'https://licenses.example.com';

export interface BackEnd extends TestServer {
  /** How often the keys were asked for. */
  readonly requests: string[];
  /** Answers the requests for keys; at first the server itself. */
  answer: (url: string) => Promise<Response> | Response;
  lease(device?: string): Promise<string>;
  verifier(options?: Partial<LeaseVerifierOptions>): LeaseVerifier;
}

export function createBackEnd(options?: TestOptions): BackEnd {
  const running = createTestServer(options);
  const backEnd: BackEnd = {
    ...running,
    requests: [],
    answer: (url) => running.server.fetch(new Request(url)),
    lease: async (device = 'laptop') => (await running.activate(PURCHASES.team.key, device)).body.lease,
    verifier: (more = {}) =>
      createLeaseVerifier({
        server: SERVER,
        product: '/my-tool',
        now: running.clock.now,
        fetch: async (url) => {
          backEnd.requests.push(url);
          return backEnd.answer(url);
        },
        ...more,
      } as LeaseVerifierOptions),
  };
  return backEnd;
}

export interface Signer {
  readonly jwks: { readonly keys: JWK[] };
  readonly publicKey: JWK;
  readonly key: CryptoKey;
  sign(claims?: JWTPayload, header?: object): Promise<string>;
}

const SECONDS = START / 1000;

/** What the server writes into a lease. */
export const CLAIMS: JWTPayload = {
  iss: 'license-gate',
  aud: 'my-tool',
  sub: 'license-1',
  dev: 'device-1',
  tier: 'Team License',
  jti: 'lease-1',
  iat: SECONDS,
  nbf: SECONDS,
  exp: SECONDS + 86_400,
  grace_until: SECONDS + 7 * 86_400,
};

/** Signs whatever a test wants, with a key of its own. */
export async function createSigner(kid = 'key-1'): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' };
  return {
    jwks: { keys: [jwk] },
    publicKey: jwk,
    key: privateKey,
    sign: (claims = {}, header = {}) =>
      new SignJWT({ ...CLAIMS, ...claims })
        .setProtectedHeader({ alg: 'ES256', kid, typ: 'license+jwt', ...header })
        .sign(privateKey),
  };
}

export const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export const decode = (part = ''): any => JSON.parse(Buffer.from(part, 'base64url').toString());
