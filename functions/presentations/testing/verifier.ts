import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { startTables, type TestTables } from '../../../test/tables.ts';
import { trustedIssuerStore } from '../../credentials/trust/index.ts';
import type { SigningKey } from '../../platform/index.ts';
import { answerDeps } from '../answer-deps.ts';
import { type AnsweringDeps, answerFromBrowser, answerPosted } from '../answer-request.ts';
import { type NewRequestAnswer, newRequestAnswer } from '../app-api.ts';
import { newRequest, type RequestSettings } from '../new-request.ts';
import { type Concern, type PresentationRequest, requestUris, walletIdOf } from '../presentation-request.ts';
import { resultOf } from '../presentation-result.ts';
import { presentationStore } from '../presentations.store.ts';
import { signedRequestObject } from '../request-object.ts';
import { type VerifierIdentity, verifierIdentity } from '../verifier-identity.ts';
import { IDENTITY, newKey } from './issuer.ts';

/** A signing key in memory, as KMS signs. */
export const memoryKey = (): SigningKey => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    alg: 'ES256',
    publicJwk: async () => ({
      ...publicKey.export({ format: 'jwk' }),
      kid: 'test',
      alg: 'ES256',
      use: 'sig',
    }),
    sign: async (bytes) => sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  };
};

export const PUBLIC_URL = 'https://verifier.example';
/** Key of the test's pseudonyms. */
export const SECRET = 'k'.repeat(64);
export const ORIGIN = 'https://shop.example';

/** The verifier's core on an embedded DynamoDB, with a clock that the test moves. */
export interface TestVerifier {
  readonly tables: TestTables;
  readonly settings: RequestSettings;
  readonly deps: AnsweringDeps;
  readonly issuer: ReturnType<typeof newKey>;
  readonly holder: ReturnType<typeof newKey>;
  readonly refusals: unknown[];
  readonly clock: { offset: number };
  /** Where answers are announced. */
  readonly queue: { readonly sent: string[]; down: boolean };
  ask(
    body: Record<string, unknown>,
    concerns?: Concern,
  ): Promise<{ answer: NewRequestAnswer; request: PresentationRequest }>;
  /** Posts a form to the response endpoint. */
  post(
    request: PresentationRequest,
    form: Record<string, string> | string,
  ): Promise<{ redirectUri?: string }>;
  /** Hands in what the browser's API gave. */
  fromBrowser(request: PresentationRequest, data: unknown, origin?: string): Promise<void>;
  result(answer: NewRequestAnswer, code?: string): Promise<ReturnType<typeof resultOf>>;
  /** What a wallet reads at the request URI. */
  requestObject(request: PresentationRequest, walletNonce?: string): Promise<string>;
  close(): Promise<void>;
}

export const startVerifier = async (identity: Partial<VerifierIdentity> = {}): Promise<TestVerifier> => {
  const tables = await startTables();
  const clock = { offset: 0 };
  const now = () => Date.now() + clock.offset;
  const store = presentationStore(tables.client, tables.presentations, now);
  const issuers = trustedIssuerStore(tables.client, tables.issuers);
  const issuer = newKey();
  await issuers.put('default', { issuer: issuer.did, types: [IDENTITY, 'IdentityCredential'] });
  const refusals: unknown[] = [];
  const queue = { sent: [] as string[], down: false };
  const deps: AnsweringDeps = {
    ...answerDeps(
      {
        store,
        issuers,
        secret: async () => SECRET,
        send: async ({ walletId }) => {
          if (queue.down) throw new Error('The queue is down');
          queue.sent.push(walletId);
        },
      },
      { REMOTE_HOSTS: ['loopback'], UNAVAILABLE_STATUS: 'refuse', PUBLIC_URL, STAGE: 'test' },
    ),
    clock: now,
    onRefused: (error) => refusals.push(error),
  };
  const own = await verifierIdentity(memoryKey(), { did: undefined, certificates: [] });
  const settings: RequestSettings = {
    publicUrl: PUBLIC_URL,
    identity: { ...own, ...identity },
    clientIdPrefix: 'decentralized_identifier',
    appOrigins: [ORIGIN],
    pseudonymScopes: { staff: 'the staff desk knows you by', guests: 'the guest list knows you by' },
  };
  return {
    tables,
    settings,
    deps,
    issuer,
    holder: newKey(),
    refusals,
    clock,
    queue,
    ask: async (body, concerns) => {
      const asked = { purpose: 'A test', ...body };
      const made = newRequest(asked, 'default', settings, randomBytes, now(), concerns);
      const answer = await newRequestAnswer(made, settings, now());
      await store.insert(made.request);
      return { answer, request: made.request };
    },
    post: (request, form) =>
      answerPosted(
        request.walletId,
        typeof form === 'string' ? form : String(new URLSearchParams(form)),
        deps,
      ),
    fromBrowser: (request, data, origin = ORIGIN) =>
      answerFromBrowser(request.walletId, 'default', { origin, data }, deps),
    result: async (answer, code) => resultOf((await store.get(walletIdOf(answer.id)))!, code, now()),
    requestObject: (request, walletNonce) =>
      signedRequestObject(
        request,
        settings.identity,
        requestUris(PUBLIC_URL, request.walletId).responseUri,
        now(),
        walletNonce,
      ),
    close: () => tables.close(),
  };
};

/** SHA-256, base64url. */
export const sha256 = (text: string | Buffer): string =>
  createHash('sha256').update(text).digest('base64url');

/** The code of what a promise rejects with; undefined when it does not. */
export const codeOf = (work: Promise<unknown>): Promise<string | undefined> =>
  work.then(
    () => undefined,
    (error) => error?.code ?? String(error),
  );

/** The code of what was wrong at bottom. */
export const causeOf = (work: Promise<unknown>): Promise<string | undefined> =>
  work.then(
    () => undefined,
    (error) => error?.cause?.code ?? error?.code ?? String(error),
  );
