import * as fc from 'fast-check';
import { CompactEncrypt, importJWK } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fuzzRuns } from '../credentials/testing/fuzz.ts';
import type { PresentationRequest } from './presentation-request.ts';
import { openResponse } from './response-encryption.ts';
import { issueJwtVc, issueLdp, type Party, party } from './testing/issuer.ts';
import { startVerifier, type TestVerifier } from './testing/verifier.ts';
import { presentJwtVc, presentLdp } from './testing/wallet.ts';
import { verifyAnswer } from './verify-answer.ts';

const CLERK = 'https://www.w3.org/ns/credentials/undefined-term#ClerkCredential';

let verifier: TestVerifier;
let ldpIssuer: Party;
let ldpHolder: Party;
beforeAll(async () => {
  verifier = await startVerifier();
  [ldpIssuer, ldpHolder] = await Promise.all([party(), party()]);
});
afterAll(() => verifier.close());

const ask = async (format: string, meta: object): Promise<PresentationRequest> =>
  (
    await verifier.ask({
      response_mode: 'direct_post',
      dcql_query: { credentials: [{ id: 'a', format, meta }] },
    })
  ).request;

/** Verifies as if every issuer were trusted: what is refused is refused for what it is. */
const verify = (request: PresentationRequest, presentation: unknown) =>
  verifyAnswer(
    request,
    new Map([['a', [presentation]]]),
    { audience: request.clientId },
    async (issuer) => ({ issuer, types: ['IdentityCredential', CLERK] }),
    verifier.deps,
  );

const NOT_OPENED = { code: 'response-invalid', status: 400 };
const REFUSED = { code: 'presentation-refused', status: 400 };

/** Every place in a JSON value, its root left out. */
const places = (value: unknown, at: readonly string[] = []): (readonly string[])[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([name, member]) => [[...at, name], ...places(member, [...at, name])]);

/** The value with what is at one place replaced, or taken away. */
const changed = (value: unknown, [name, ...rest]: readonly string[], by: unknown): unknown => {
  const copy = structuredClone(value) as Record<string, unknown>;
  const next = rest.length === 0 ? by : changed(copy[name!], rest, by);
  if (next === undefined) delete copy[name!];
  else copy[name!] = next;
  return Array.isArray(copy) ? copy.filter((element) => element !== undefined) : copy;
};

const replacement = fc.oneof(
  fc.constant(undefined),
  fc.constantFrom('', 'x', 'did:example:1', 'https://www.w3.org/ns/credentials/v2', -1, {}, []),
  fc.jsonValue({ maxDepth: 2 }),
);

/** The text with up to three characters taken out, and up to three others put in their place. */
const changedText = (text: string) =>
  fc
    .record({
      at: fc.nat(text.length - 1),
      remove: fc.integer({ min: 0, max: 3 }),
      insert: fc.stringMatching(/^[A-Za-z0-9._=-]{0,3}$/),
    })
    .map(({ at, remove, insert }) => text.slice(0, at) + insert + text.slice(at + remove));

describe('an answer with one thing changed', () => {
  test('whatever is changed in a presentation in a JWT, it is refused with a 4xx', async () => {
    const request = await ask('jwt_vc_json', { type_values: [['IdentityCredential']] });
    const credential = await issueJwtVc(verifier.issuer, verifier.holder.did);
    const right = String(
      await presentJwtVc(credential, verifier.holder)(request.clientId, request.nonce, {}),
    );
    await verify(request, right);
    await fc.assert(
      fc.asyncProperty(changedText(right), async (text) => {
        if (text !== right) await expect(verify(request, text)).rejects.toMatchObject(REFUSED);
      }),
      fuzzRuns(200),
    );
  });

  test('whatever is changed in a presentation with Data Integrity proofs, it is refused with a 4xx', async () => {
    const request = await ask('ldp_vc', { type_values: [[CLERK]] });
    const credential = await issueLdp(ldpIssuer, ldpHolder.did);
    const right = await presentLdp(credential, ldpHolder)(request.clientId, request.nonce, {});
    await verify(request, right);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...places(right)), replacement, async (at, by) => {
        const other = changed(right, at, by);
        if (JSON.stringify(other) === JSON.stringify(right)) return;
        await expect(verify(request, other)).rejects.toMatchObject(REFUSED);
      }),
      fuzzRuns(150),
    );
  });

  test('whatever is changed in an encrypted response, it does not open', async () => {
    const { request } = await verifier.ask({
      dcql_query: {
        credentials: [{ id: 'a', format: 'jwt_vc_json', meta: { type_values: [['IdentityCredential']] } }],
      },
    });
    const { d: _, ...jwk } = request.decryptionKey as Record<string, unknown>;
    const right = await new CompactEncrypt(Buffer.from('{"vp_token":{}}'))
      .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', kid: String(jwk.kid) })
      .encrypt(await importJWK(jwk as never, 'ECDH-ES'));
    expect(await openResponse(right, request.decryptionKey!)).toEqual({ vp_token: {} });
    // 128 bits of tag take 22 characters, whose last four bits nobody uses.
    const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.indexOf(right.at(-1)!);
    const twin = right.slice(0, -1) + Buffer.from([(last + 1) << 2]).toString('base64url')[0];
    await expect(openResponse(twin, request.decryptionKey!)).rejects.toMatchObject(NOT_OPENED);
    await fc.assert(
      fc.asyncProperty(changedText(right), async (text) => {
        if (text === right) return;
        await expect(openResponse(text, request.decryptionKey!)).rejects.toMatchObject(NOT_OPENED);
      }),
      fuzzRuns(200),
    );
  });
});
