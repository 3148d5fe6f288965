import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signToken } from '../credentials/testing/tokens.ts';
import { statusCheck } from './check-status.ts';
import { IDENTITY, issueSdJwt, newKey } from './testing/issuer.ts';
import { causeOf, startVerifier, type TestVerifier } from './testing/verifier.ts';
import { presentSdJwt } from './testing/wallet.ts';

let verifier: TestVerifier;
let origin = '';
/** What the issuer's host serves, by path. */
const served = new Map<string, string>();
const server = createServer((request, response) => {
  const body = served.get(request.url ?? '');
  if (body === undefined) response.writeHead(404).end();
  else response.writeHead(200, { 'content-type': 'application/statuslist+jwt' }).end(body);
});
beforeAll(async () => {
  verifier = await startVerifier();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.close();
  await verifier.close();
});

/** Publishes a list in which entry 1 is revoked. */
const publish = (path: string, payload: object = {}, by = verifier.issuer): string => {
  const uri = `${origin}${path}`;
  const seconds = Math.floor(Date.now() / 1000);
  const status_list = { bits: 1, lst: deflateSync(Buffer.of(0b10)).toString('base64url') };
  const header = { typ: 'statuslist+jwt', kid: `${verifier.issuer.did}#0` };
  served.set(
    path,
    signToken(by, header, { sub: uri, iat: seconds, exp: seconds + 600, status_list, ...payload }),
  );
  return uri;
};

const answer = async (status: unknown) => {
  const { request, answer: app } = await verifier.ask({
    response_mode: 'direct_post',
    dcql_query: { credentials: [{ id: 'a', format: 'dc+sd-jwt', meta: { vct_values: [IDENTITY] } }] },
  });
  const credential = await issueSdJwt(verifier.issuer, verifier.holder, { status });
  const shown = await presentSdJwt(credential, verifier.holder, {})(request.clientId, request.nonce, {});
  const posted = verifier.post(request, { vp_token: JSON.stringify({ a: [shown] }), state: request.state });
  return { refusal: await causeOf(posted), result: await verifier.result(app) };
};

describe('the status of what was presented', () => {
  test('oid4vp-1final-verifier-present-revoked-credential', async () => {
    const uri = publish('/list');
    const good = await answer({ status_list: { idx: 0, uri } });
    expect([good.refusal, good.result.credentials[0]?.status]).toEqual([undefined, 'valid']);
    const revoked = await answer({ status_list: { idx: 1, uri } });
    expect([revoked.refusal, revoked.result.status]).toEqual(['credential-revoked', 'pending']);
    expect(revoked.result.reason).toBe('credential-revoked');
  });

  test('oid4vp-1final-verifier-present-credential-without-status', async () => {
    const { refusal, result } = await answer(undefined);
    expect([refusal, result.credentials[0]?.status]).toEqual([undefined, 'not-checked']);
  });

  test('is refused when its list is away, out of date, or signed by another', async () => {
    expect((await answer({ status_list: { idx: 0, uri: `${origin}/away` } })).refusal).toBe(
      'status-unavailable',
    );
    const old = publish('/old', { exp: Math.floor(Date.now() / 1000) - 61 });
    expect((await answer({ status_list: { idx: 0, uri: old } })).refusal).toBe('status-unavailable');
    const forged = publish('/forged', {}, newKey());
    expect((await answer({ status_list: { idx: 0, uri: forged } })).refusal).toBe('signature-invalid');
    expect((await answer({ status_list: { idx: 0, uri: 'https://elsewhere.example/' } })).refusal).toBe(
      'status-unavailable',
    );
  });

  test('is reported as unavailable only where the deployment says so, and a revocation never is', async () => {
    const checkWith = (unavailable: 'refuse' | 'report', body?: string) =>
      statusCheck({
        get: async () => {
          if (body === undefined) throw Object.assign(new Error('x'), { code: 'x' });
          return { body: Buffer.from(body), maxAge: undefined };
        },
        signers: async ({ issuer = '' }) => ({
          issuer,
          key: (await import('node:crypto')).createPublicKey(verifier.issuer.privateKey),
        }),
        verifyList: async () => ({ issuer: '', credential: {} }),
        unavailable,
        clock: Date.now,
      });
    const uri = publish('/reported', { exp: Math.floor(Date.now() / 1000) - 61 });
    const reference = { status_list: { idx: 0, uri } };
    const about = { issuer: verifier.issuer.did, format: 'dc+sd-jwt' };
    const registry = async () => undefined;
    const stale = served.get('/reported')!;
    expect(await checkWith('report', stale)(reference, about, registry)).toEqual({
      status: 'unavailable',
      messages: [],
    });
    await expect(checkWith('refuse', stale)(reference, about, registry)).rejects.toMatchObject({
      code: 'status-unavailable',
    });
    // No status of an mdoc is read, whatever it points at.
    const mdoc = { issuer: 'aki:x', format: 'mso_mdoc' };
    expect(await checkWith('report', stale)(reference, mdoc, registry)).toMatchObject({
      status: 'unavailable',
    });
    await expect(checkWith('refuse', stale)(reference, mdoc, registry)).rejects.toMatchObject({
      code: 'status-unavailable',
    });
    const current = publish('/reported');
    const revoked = { status_list: { idx: 1, uri: current } };
    await expect(
      checkWith('report', served.get('/reported')!)(revoked, about, registry),
    ).rejects.toMatchObject({
      code: 'credential-revoked',
    });
  });
});
