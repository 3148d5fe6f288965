import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isObject, type JsonObject } from '../../functions/credentials/jose/index.ts';
import { issuerSigners, type TrustedIssuer } from '../../functions/credentials/trust/index.ts';
import {
  type VcApiDeps,
  type VcResult,
  verifyCredentialSchema,
  verifyOne,
  verifyPresentationSchema,
  verifyShown,
} from '../../functions/presentations/vc-api.ts';
import { verificationDeps } from '../../functions/presentations/verification-deps.ts';
import { openCredentialIssuer } from '../../infra/local/credential-issuer.ts';

/** What the public suites talk to: local mode's issuer over HTTP, and the verifier's functions behind it. */
export interface Endpoints {
  readonly did: string;
  /** Documents that the verifier may read, by path, under the address that this gives. */
  publish(path: string, body: unknown): string;
  readonly registry: Map<string, TrustedIssuer>;
  /** The credential as issued; undefined when the issuer refuses it by 400. */
  issue(credential: unknown, options?: object): Promise<JsonObject | undefined>;
  flip(status: object): Promise<number>;
  verify(verifiableCredential: unknown, options?: object): Promise<VcResult>;
  verifyVp(verifiablePresentation: unknown, options?: object): Promise<VcResult>;
  close(): void;
}

const INVALID: VcResult = {
  verified: false,
  checks: {
    proof: 'failed',
    validity: 'failed',
    status: 'failed',
    holder: 'failed',
    trust: 'failed',
  },
  problemDetails: [{ type: 'body', title: '', detail: '' }],
  warnings: [],
};

/** Opens the endpoints that a suite is configured with. The suites' own options are the defaults. */
export const openEndpoints = async (): Promise<Endpoints> => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-conformance-'));
  const published = new Map<string, string>();
  let serve: (request: never, response: never) => boolean = () => false;
  const server = createServer((request, response) => {
    const body = published.get(request.url ?? '');
    if (body !== undefined) response.end(body);
    else if (!serve(request as never, response as never)) response.writeHead(404).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer = openCredentialIssuer(join(folder, 'issuer.json'), api, async () => '');
  serve = issuer.serve as never;

  const registry = new Map<string, TrustedIssuer>();
  const lookUp = async (name: string) => registry.get(name);
  const verification = verificationDeps({
    REMOTE_HOSTS: ['loopback'],
    UNAVAILABLE_STATUS: 'refuse',
    STAGE: 'test',
  });
  const deps: VcApiDeps = {
    registry: lookUp,
    signers: issuerSigners(lookUp, verification.resolve),
    get: verification.get,
    checkStatus: verification.checkStatus,
    verifierOf: async (name, documents) =>
      verification.ldp.verifierFor(name === undefined ? undefined : registry.get(name), documents),
    defaultChecks: ['proof', 'validity', 'status', 'holder'],
    unavailable: 'refuse',
  };
  const post = (path: string, body: unknown) =>
    fetch(`${api}${path}`, { method: 'POST', body: JSON.stringify(body) });
  const asSent = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));
  return {
    did: issuer.did,
    registry,
    publish: (path, body) => {
      published.set(path, typeof body === 'string' ? body : JSON.stringify(body));
      return `${api}${path}`;
    },
    issue: async (credential, options = {}) => {
      const answer = await post('/credentials/issue', { credential, options });
      const { verifiableCredential, errors } = (await answer.json()) as Record<string, unknown>;
      if (answer.status === 201 && isObject(verifiableCredential)) return verifiableCredential;
      if (answer.status === 400 && Array.isArray(errors)) return undefined;
      throw new Error(`The issuer answered ${answer.status}`);
    },
    flip: async (status) => (await post('/credentials/status', status)).status,
    verify: async (verifiableCredential, options = { checks: ['proof'] }) => {
      const body = verifyCredentialSchema.safeParse(asSent({ verifiableCredential, options }));
      return body.success ? verifyOne(body.data.verifiableCredential, body.data.options, deps) : INVALID;
    },
    verifyVp: async (verifiablePresentation, options = { checks: [] }) => {
      const body = verifyPresentationSchema.safeParse(asSent({ verifiablePresentation, options }));
      return body.success ? verifyShown(body.data.verifiablePresentation, body.data.options, deps) : INVALID;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

export const V2 = 'https://www.w3.org/ns/credentials/v2';
export const EXAMPLES = 'https://www.w3.org/ns/credentials/examples/v2';

/** What the suites issue when nothing is wrong. */
export const CREDENTIAL = {
  '@context': [V2],
  type: ['VerifiableCredential'],
  issuer: 'did:example:issuer',
  credentialSubject: { id: 'did:example:subject' },
};

export const PRESENTATION = { '@context': [V2], type: ['VerifiablePresentation'] };
