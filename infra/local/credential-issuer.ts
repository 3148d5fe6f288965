import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import { cryptosuite as eddsa } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import * as vc from '@digitalbazaar/vc';
import { encodeBase58 } from '../../functions/credentials/did/multibase.ts';
import { createDocumentLoader, pinContexts } from '../../functions/credentials/index.ts';
import { checkDataModel } from '../../functions/presentations/credential-rules.ts';
import { writePrivate } from './dev-issuer.ts';

/** Local mode's issuer of W3C credentials. No deployment has one. */
export interface CredentialIssuer {
  readonly did: string;
  /** Answers what is for it; false for every other request. */
  serve(request: IncomingMessage, response: ServerResponse): boolean;
}

interface Kept {
  readonly key: string;
  /** Next free index, and the indexes that are set, by purpose. */
  next: number;
  readonly set: Record<string, number[]>;
}

/** Entries of a list: the least that the W3C allows. */
const LIST_BITS = 131_072;
const PURPOSES = ['revocation', 'suspension'];
const MAX_BODY_BYTES = 1_048_576;
const V2 = 'https://www.w3.org/ns/credentials/v2';

/**
 * Opens the development issuer of the W3C's interface: `POST /credentials/issue`, `POST /credentials/status` to flip
 * a status, `GET /credentials/status/{purpose}` for the lists. The public test suites, which issue and then verify,
 * can be pointed at local mode with it. They send no token, so below `/w3c` the same routes, and the verifier's,
 * need none.
 *
 * @param file its key and lists, readable by their owner only.
 * @param api address of the HTTP API, under which the lists are found.
 * @param token gives a token for that API, for those who come by `/w3c`.
 */
export function openCredentialIssuer(
  file: string,
  api: string,
  token: () => Promise<string>,
): CredentialIssuer {
  const kept = open(file);
  const { did, signer } = partyOf(createPrivateKey(kept.key));
  const documentLoader = createDocumentLoader({ contexts: pinContexts() });
  const save = () => writePrivate(file, JSON.stringify(kept));
  const issue = (credential: Record<string, unknown>) =>
    vc.issue({
      credential: structuredClone(credential),
      suite: new DataIntegrityProof({ signer, cryptosuite: eddsa }),
      documentLoader,
    });
  const urlOf = (purpose: string) => `${api}/credentials/status/${purpose}`;

  const issueAsked = async ({ credential, options }: Record<string, unknown>) => {
    if (!isObject(credential)) throw new Refused('credential must be an object');
    const { statusPurpose } = isObject(options) ? options : {};
    const withStatus = typeof statusPurpose === 'string' && PURPOSES.includes(statusPurpose);
    if (withStatus && kept.next >= LIST_BITS) throw new Refused('The status list is full');
    // An issuer that is none is refused before it is replaced by this one.
    checkModel(credential);
    const index = withStatus ? kept.next++ : undefined;
    const issued = await issue({
      ...credential,
      issuer: isObject(credential.issuer) ? { ...credential.issuer, id: did } : did,
      ...(index === undefined
        ? {}
        : {
            credentialStatus: {
              id: `${urlOf(String(statusPurpose))}#${index}`,
              type: 'BitstringStatusListEntry',
              statusPurpose,
              statusListIndex: String(index),
              statusListCredential: urlOf(String(statusPurpose)),
            },
          }),
    }).catch((cause: Error) => {
      throw new Refused(cause.message);
    });
    save();
    return { verifiableCredential: issued };
  };

  const flip = ({ statusPurpose, statusListIndex, status }: Record<string, unknown>) => {
    const index = Number(statusListIndex);
    if (
      !PURPOSES.includes(String(statusPurpose)) ||
      !Number.isInteger(index) ||
      index < 0 ||
      index >= kept.next
    )
      throw new Refused('statusPurpose and statusListIndex must be those of an issued credential');
    const set = new Set(kept.set[String(statusPurpose)]);
    if (status === true || status === '1') set.add(index);
    else set.delete(index);
    kept.set[String(statusPurpose)] = [...set];
    save();
    return {};
  };

  const list = (purpose: string) => {
    const bits = Buffer.alloc(LIST_BITS / 8);
    for (const index of kept.set[purpose] ?? []) bits[index >> 3]! |= 0x80 >> (index & 7);
    return issue({
      '@context': [V2],
      id: urlOf(purpose),
      type: ['VerifiableCredential', 'BitstringStatusListCredential'],
      issuer: did,
      credentialSubject: {
        id: `${urlOf(purpose)}#list`,
        type: 'BitstringStatusList',
        statusPurpose: purpose,
        encodedList: `u${gzipSync(bits).toString('base64url')}`,
      },
    });
  };

  /** Hands a request of a test suite to the API, with the token that it lacks. */
  const handOver = async (path: string, body: unknown) => {
    const answer = await fetch(`${api}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as unknown };
  };

  const answer = async (request: IncomingMessage, response: ServerResponse, asked: string): Promise<void> => {
    const send = (status: number, body: unknown) =>
      response
        .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'max-age=1' })
        .end(JSON.stringify(body));
    try {
      // A page elsewhere whose name resolves to this machine must not have credentials issued.
      if (!/^(localhost|127\.0\.0\.1)(:\d+)?$/.test(request.headers.host ?? '')) return void send(403, {});
      const path = asked.replace(/^\/w3c\//, '/');
      const purpose = path.slice('/credentials/status/'.length);
      if (request.method === 'GET' && PURPOSES.includes(purpose)) return void send(200, await list(purpose));
      if (request.method !== 'POST') return void send(404, {});
      const body = await jsonOf(request);
      if (path === '/credentials/issue') return void send(201, await issueAsked(body));
      if (path === '/credentials/status') return void send(200, flip(body));
      if (!VERIFYING.includes(path)) return void send(404, {});
      const verified = await handOver(path, body);
      send(verified.status, verified.body);
    } catch (error) {
      send(error instanceof Refused ? 400 : 500, {
        errors: [error instanceof Refused ? error.message : 'failed'],
      });
    }
  };

  return {
    did,
    serve(request, response) {
      const path = (request.url ?? '').split('?')[0]!;
      if (
        path !== '/credentials/issue' &&
        path !== '/credentials/status' &&
        !path.startsWith('/credentials/status/') &&
        !path.startsWith('/w3c/')
      )
        return false;
      void answer(request, response, path);
      return true;
    },
  };
}

/** Routes of the verifier that are open below `/w3c`. */
const VERIFYING = ['/credentials/verify', '/presentations/verify'];

/** What the library does not look at before it signs: a signature on it would be worth nothing. */
function checkModel(credential: Record<string, unknown>): void {
  const issuer = 'issuer' in credential ? {} : { issuer: 'did:example:issuer' };
  const [problem] = checkDataModel({ ...credential, ...issuer });
  if (problem !== undefined) throw new Refused(problem.detail);
}

class Refused extends Error {}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

async function jsonOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new Refused('The body is too large');
    chunks.push(chunk);
  }
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    if (isObject(value)) return value;
  } catch {
    // As below.
  }
  throw new Refused('The body must be a JSON object');
}

function open(file: string): Kept {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Kept;
  const { privateKey } = generateKeyPairSync('ed25519');
  const kept: Kept = {
    key: String(privateKey.export({ format: 'pem', type: 'pkcs8' })),
    next: 0,
    set: {},
  };
  writePrivate(file, JSON.stringify(kept));
  return kept;
}

function partyOf(privateKey: KeyObject): { readonly did: string; readonly signer: object } {
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  const multibase = `z${encodeBase58(Buffer.concat([Uint8Array.of(0xed, 0x01), Buffer.from(x!, 'base64url')]))}`;
  const did = `did:key:${multibase}`;
  return {
    did,
    signer: {
      id: `${did}#${multibase}`,
      algorithm: 'Ed25519',
      sign: async ({ data }: { data: Uint8Array }) => new Uint8Array(sign(null, data, privateKey)),
    },
  };
}
