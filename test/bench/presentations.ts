import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import { cryptosuite as eddsa } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import * as vc from '@digitalbazaar/vc';
import { documentLoader } from '../../functions/credentials/data-integrity/testing.ts';
import { sdJwtLibrary } from '../../functions/credentials/testing/tokens.ts';
import type { TrustedIssuer } from '../../functions/credentials/trust/index.ts';
import { type PresentationRequest, requestUris } from '../../functions/presentations/presentation-request.ts';
import {
  IDENTITY,
  issueJwtVc,
  issueLdp,
  issueSdJwt,
  type newKey,
  party,
} from '../../functions/presentations/testing/issuer.ts';
import {
  PUBLIC_URL,
  startVerifier,
  type TestVerifier,
} from '../../functions/presentations/testing/verifier.ts';
import {
  type Presenter,
  presentJwtVc,
  presentLdp,
  presentSdJwt,
} from '../../functions/presentations/testing/wallet.ts';
import { verifyAnswer } from '../../functions/presentations/verify-answer.ts';
import { parseForm, readPosted } from '../../functions/presentations/wallet-response.ts';
import { startLambdaHost } from '../../infra/local/lambda-host.ts';
import type { RunningTemplate } from '../../infra/local/run-template.ts';
import { appOf } from '../e2e/client.ts';
import { type Figure, quantile } from './figure.ts';

const RUNS = 200;
const COLD_RUNS = 7;
const CLERK = 'https://www.w3.org/ns/credentials/undefined-term#ClerkCredential';

const timed = async (work: () => Promise<unknown>, runs = RUNS): Promise<number> => {
  const samples: number[] = [];
  for (let run = -20; run < runs; run++) {
    const begun = performance.now();
    await work();
    if (run >= 0) samples.push(performance.now() - begun);
  }
  return quantile(samples, 0.5);
};

/**
 * One response verified, warm: the form read, the presentation, issuer and query checked, without DynamoDB. Each
 * format beside what its public library takes for the presentation alone.
 */
export const presentationFigures = async (): Promise<Figure[]> => {
  const verifier = await startVerifier();
  try {
    const { issuer, holder } = verifier;
    const [ldpIssuer, ldpHolder] = await Promise.all([party(), party()]);
    const known = { types: [IDENTITY, 'IdentityCredential', CLERK] };
    const registry = async (name: string) => ({ ...known, issuer: name });
    const sdJwt = await issueSdJwt(issuer, holder);
    const ldp = await issueLdp(ldpIssuer, ldpHolder.did);
    const formats: [string, object, Presenter][] = [
      ['dc+sd-jwt', { vct_values: [IDENTITY] }, presentSdJwt(sdJwt, holder, { given_name: true })],
      [
        'jwt_vc_json',
        { type_values: [['IdentityCredential']] },
        presentJwtVc(await issueJwtVc(issuer, holder.did), holder),
      ],
      ['ldp_vc', { type_values: [[CLERK]] }, presentLdp(ldp, ldpHolder)],
    ];
    const measure = async (format: string, meta: object, present: Presenter) => {
      const dcql_query = { credentials: [{ id: 'a', format, meta }] };
      const { request } = await verifier.ask({ dcql_query, response_mode: 'direct_post' });
      const presentation = await present(request.clientId, request.nonce, {});
      const body = String(
        new URLSearchParams({ vp_token: JSON.stringify({ a: [presentation] }), state: request.state }),
      );
      const value = await timed(async () => {
        const response = await readPosted(parseForm(body), request);
        if (response.kind !== 'presentations') throw new Error('no presentations');
        await verifyAnswer(
          request,
          response.vpToken,
          { audience: request.clientId },
          registry,
          verifier.deps,
        );
      });
      return { value, presentation, request };
    };
    const [one, two, three] = [
      await measure(...formats[0]!),
      await measure(...formats[1]!),
      await measure(...formats[2]!),
    ] as const;
    return [
      {
        name: 'dc+sd-jwt with key binding, one response',
        value: one.value,
        unit: 'ms',
        goal: '≤ 4 ms',
        peer: { name: '@sd-jwt alone', value: await sdJwtPeer(one, issuer, holder) },
      },
      { name: 'jwt_vc_json, one response', value: two.value, unit: 'ms' },
      {
        name: 'ldp_vc eddsa-rdfc-2022, one response',
        value: three.value,
        unit: 'ms',
        goal: '≤ 5 ms',
        peer: { name: '@digitalbazaar/vc alone', value: await ldpPeer(three) },
      },
      await zkFigure(verifier),
      await atOnceFigure(verifier, sdJwt),
    ];
  } finally {
    await verifier.close();
  }
};

interface Shown {
  readonly presentation: unknown;
  readonly request: PresentationRequest;
}

const sdJwtPeer = async (
  { presentation, request }: Shown,
  issuer: ReturnType<typeof newKey>,
  holder: ReturnType<typeof newKey>,
): Promise<number> => {
  const { createPublicKey, verify } = await import('node:crypto');
  const verifierOf = (key: ReturnType<typeof newKey>) => {
    const publicKey = createPublicKey(key.privateKey);
    return async (data: string, signature: string) =>
      verify(
        'sha256',
        Buffer.from(data),
        { key: publicKey, dsaEncoding: 'ieee-p1363' },
        Buffer.from(signature, 'base64url'),
      );
  };
  const library = sdJwtLibrary(undefined);
  library.config({
    ...(library as unknown as { userConfig: object }).userConfig,
    verifier: verifierOf(issuer),
    kbVerifier: verifierOf(holder),
  });
  return timed(() => library.verify(String(presentation), { keyBindingNonce: request.nonce } as never));
};

const ldpPeer = ({ presentation, request }: Shown): Promise<number> =>
  timed(async () => {
    const result = await vc.verify({
      presentation: structuredClone(presentation),
      suite: new DataIntegrityProof({ cryptosuite: eddsa }),
      challenge: request.nonce,
      domain: request.clientId,
      documentLoader,
    });
    if (!result.verified) throw new Error('the peer does not verify');
  });

/** How many answers at once the goal is about. */
const AT_ONCE = 64;

/**
 * Answers to as many requests at once, each sent twice, through the embedded DynamoDB. None may be lost and none taken
 * twice: otherwise there is no figure.
 */
const atOnceFigure = async (verifier: TestVerifier, credential: string): Promise<Figure> => {
  const dcql_query = {
    credentials: [{ id: 'a', format: 'dc+sd-jwt', meta: { vct_values: [IDENTITY] } }],
  };
  const asked = await Promise.all(
    Array.from({ length: AT_ONCE }, () => verifier.ask({ dcql_query, response_mode: 'direct_post' })),
  );
  const present = presentSdJwt(credential, verifier.holder, { given_name: true });
  const forms = await Promise.all(
    asked.map(async ({ request }) => ({
      request,
      form: {
        vp_token: JSON.stringify({ a: [await present(request.clientId, request.nonce, {})] }),
        state: request.state,
      },
    })),
  );
  const begun = performance.now();
  const settled = await Promise.allSettled(
    [...forms, ...forms].map(({ request, form }) => verifier.post(request, form)),
  );
  const value = performance.now() - begun;
  const accepted = settled.filter(({ status }) => status === 'fulfilled').length;
  const results = await Promise.all(asked.map(({ answer }) => verifier.result(answer)));
  const lost = results.filter(({ status }) => status !== 'verified').length;
  if (accepted !== AT_ONCE || lost > 0)
    throw new Error(`Of ${AT_ONCE} answers at once ${accepted} were accepted and ${lost} lost`);
  return {
    name: `${AT_ONCE} responses at once, each twice: none lost, none accepted twice`,
    value,
    unit: 'ms',
    goal: '0 lost, 0 twice',
    peer: { name: 'one after the other', value: await oneAfterTheOther(verifier, credential) },
  };
};

const oneAfterTheOther = async (verifier: TestVerifier, credential: string): Promise<number> => {
  const dcql_query = {
    credentials: [{ id: 'a', format: 'dc+sd-jwt', meta: { vct_values: [IDENTITY] } }],
  };
  const present = presentSdJwt(credential, verifier.holder, { given_name: true });
  let sum = 0;
  for (let index = 0; index < AT_ONCE; index++) {
    const { request } = await verifier.ask({ dcql_query, response_mode: 'direct_post' });
    const vp_token = JSON.stringify({ a: [await present(request.clientId, request.nonce, {})] });
    const begun = performance.now();
    for (let turn = 0; turn < 2; turn++)
      await verifier.post(request, { vp_token, state: request.state }).catch(() => undefined);
    sum += performance.now() - begun;
  }
  return sum;
};

const ADULT = { path: '/credentialSubject/birthDate', atMost: '2008-11-20' };
const PROVING = join(import.meta.dirname, '../../circuits/bench/answer.ts');

/** A zero-knowledge answer: its proof is made by the circuits' own process, which nothing here imports. */
const zkFigure = async (verifier: TestVerifier): Promise<Figure> => {
  const meta = {
    type_values: [['https://issuer.example/terms#EmployeeCredential']],
    predicates: [ADULT],
  };
  const dcql_query = { credentials: [{ id: 'a', format: 'ldp_vc', meta }] };
  const { request } = await verifier.ask({ dcql_query, response_mode: 'direct_post' });
  const { responseUri } = requestUris(PUBLIC_URL, request.walletId);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [PROVING, request.nonce, request.clientId, responseUri, JSON.stringify([ADULT])],
    { maxBuffer: 2 ** 24 },
  );
  const { presentation, issuer } = JSON.parse(stdout) as { presentation: object; issuer: TrustedIssuer };
  const body = String(
    new URLSearchParams({ vp_token: JSON.stringify({ a: [presentation] }), state: request.state }),
  );
  const value = await timed(async () => {
    const response = await readPosted(parseForm(body), request);
    if (response.kind !== 'presentations') throw new Error('no presentations');
    const bound = { audience: request.clientId, responseUri };
    const { credentials } = await verifyAnswer(
      request,
      response.vpToken,
      bound,
      async () => issuer,
      verifier.deps,
    );
    if (credentials[0]?.predicates?.length !== 1) throw new Error('nothing was proved');
  });
  return {
    name: 'ldp_vc countersign-groth16-2026, one response',
    value,
    unit: 'ms',
    goal: '≤ 10 ms',
    peer: { name: 'the goal', value: 10 },
  };
};

/** From the start of a process to the first verified response, in the bundle that is deployed. */
export const coldPresentationFigures = async (local: RunningTemplate): Promise<Figure[]> => {
  const app = appOf(local as never);
  const hosted = local.host.functions.find(({ name }) => name.endsWith('-wallet'))!;
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
  try {
    writeFileSync(join(folder, 'index.mjs'), 'export const handler = async () => ({ statusCode: 204 });\n');
    const empty = { ...hosted, name: 'empty', directory: folder, handler: 'index.handler' };
    const [issuer, holder] = await Promise.all([party(), party()]);
    await app.request(`/v1/trusted-issuers/${encodeURIComponent(issuer.did)}`, {
      method: 'PUT',
      body: JSON.stringify({ types: [CLERK] }),
    });
    const credential = await issueLdp(issuer, holder.did);
    const event = async () => {
      const { body: asked } = await app.request('/v1/presentation-requests', {
        method: 'POST',
        body: JSON.stringify({
          purpose: 'A measurement',
          response_mode: 'direct_post',
          dcql_query: { credentials: [{ id: 'a', format: 'ldp_vc', meta: { type_values: [[CLERK]] } }] },
        }),
      });
      const object = await (await fetch(asked.request_uri)).text();
      const request = JSON.parse(Buffer.from(object.split('.')[1]!, 'base64url').toString());
      const shown = await presentLdp(credential, holder)(request.client_id, request.nonce, {});
      return {
        version: '2.0',
        routeKey: 'POST /v1/presentation-requests/{id}/response',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        requestContext: { http: { method: 'POST', path: '/' } },
        pathParameters: { id: /requests\/([\w-]+)\//.exec(asked.request_uri)![1]! },
        body: String(new URLSearchParams({ vp_token: JSON.stringify({ a: [shown] }), state: request.state })),
        isBase64Encoded: false,
      };
    };
    const fromNothing = async (which: typeof hosted, payload: unknown): Promise<number> => {
      const host = startLambdaHost([which], {
        region: 'us-east-1',
        awsEndpoint: local.urls.aws,
        dynamodbEndpoint: local.urls.dynamodb,
        logs: join(folder, 'logs'),
      });
      try {
        const answer = await host.invoke(which.name, payload);
        const status = (JSON.parse(answer.payload) as { statusCode: number }).statusCode;
        if (!answer.coldStart || status >= 300) throw new Error(`cold start failed: ${answer.payload}`);
        return answer.coldStart.processMs + answer.coldStart.initMs + answer.durationMs;
      } finally {
        await host.stop();
      }
    };
    const ours: number[] = [];
    const floor: number[] = [];
    for (let run = 0; run < COLD_RUNS; run++) {
      ours.push(await fromNothing(hosted, await event()));
      floor.push(await fromNothing(empty, {}));
    }
    return [
      {
        name: 'process start to first verified response (ldp_vc)',
        value: quantile(ours, 0.5),
        unit: 'ms',
        goal: '≤ 500 ms',
        peer: { name: 'an empty handler', value: quantile(floor, 0.5) },
      },
      {
        name: `  the same, best of ${COLD_RUNS}`,
        value: Math.min(...ours),
        unit: 'ms',
        peer: { name: 'an empty handler', value: Math.min(...floor) },
      },
    ];
  } finally {
    app.close();
    rmSync(folder, { recursive: true, force: true });
  }
};
