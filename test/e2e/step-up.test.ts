import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerResolved, openClient, resolveLink } from '../../functions/presentations/testing/wallet.ts';
import { main } from '../../infra/cli/main.ts';
import { EMPLOYEE, issuerDocuments, presentZk, ZK_ISSUER } from '../../infra/local/zk-wallet.ts';
import { STEP_UP_SCHEMAS } from '../../infra/step-up-schemas.ts';
import { type LocalModeForTest, startLocalMode } from '../local-mode.ts';
import { appOf, eventually, nativeEvent } from './client.ts';
import { walk } from './walk.ts';

const DAY = 86_400_000;
const AWAY = {
  network: { ip: '41.58.0.1' },
  agent: { userAgent: 'curl/8.5.0', deviceId: 'd-elsewhere' },
};

let local: LocalModeForTest;
let app: ReturnType<typeof appOf>;
// biome-ignore lint/suspicious/noExplicitAny: tests look into whatever was told
const told: { type: string; event: any }[] = [];

beforeAll(async () => {
  local = await startLocalMode({ environment: { MODE: 'enforce' } });
  local.events.observe((_, event) => {
    if (event.source === 'countersign') told.push({ type: event['detail-type'], event });
  });
  app = appOf(local);
  const documents = await issuerDocuments(local.state);
  const trusted = await app.request(
    `/v1/trusted-issuers/${encodeURIComponent(ZK_ISSUER)}`,
    body({ types: [EMPLOYEE], documents }, 'PUT'),
  );
  expect(trusted.status).toBe(200);
}, 120_000);
afterAll(async () => {
  app?.close();
  await local?.end();
});

const body = (value: unknown, method = 'POST') => ({ method, body: JSON.stringify(value) });
const toldOf = (type: string, eventId: string) =>
  told.filter((one) => one.type === type && one.event.detail.data.eventId === eventId);

/** Answers a link in zero knowledge, with the wallet of the name given. */
const answer = async (link: string, wallet: string, change: (text: string) => string = (text) => text) => {
  const client = openClient(async (url, init) =>
    fetch(url as string, init?.body ? { ...init, body: change(String(init.body)) } : init),
  );
  const resolved = await resolveLink(client, link);
  const { credentials } = resolved.authorizationRequestPayload.dcql_query as unknown as {
    credentials: { id: string; format: string; meta: object }[];
  };
  const { id, meta } = credentials.find(({ format }) => format === 'ldp_vc')!;
  return answerResolved(client, resolved, {
    [id]: presentZk(local.state, join(local.state, 'zk-wallets', wallet), meta),
  });
};

/** A person with habits, and a wallet where one is named. */
const person = async (id: string, wallet?: string) => {
  const subject = { id, kind: 'person' };
  for (let day = 12; day > 0; day--)
    await app.evaluate(
      nativeEvent(`${id}-${day}`, {
        metadata: { time: new Date(Date.now() - day * DAY).toISOString() },
        subject,
      }),
    );
  const { body: cleared } = await app.evaluate(nativeEvent(`${id}-cleared`, { subject }));
  expect([cleared.outcome, cleared.level]).toEqual(['allow', 'low']);
  if (wallet !== undefined) {
    const asked = await app.request('/v1/wallets', body({ eventId: cleared.eventId, format: 'ldp_vc' }));
    expect(asked.status).toBe(201);
    const enrolled = await answer(asked.body.authorization_request, wallet);
    expect([enrolled.status, await enrolled.text()]).toEqual([200, '{}']);
    await eventually(async () => (await app.request(`/v1/wallets?subject=${id}`)).body.wallets.length === 1);
  }
  const risky = async (name: string, more = {}) => {
    const { status, body: decision } = await app.evaluate(
      nativeEvent(`${id}-${name}`, { subject, ...AWAY, ...more }),
    );
    expect([status, decision.outcome]).toEqual([200, 'step_up']);
    return decision;
  };
  return { risky };
};

const proofOf = ({ base, reasons }: { base: number; reasons: { contribution: number }[] }, more = reasons) =>
  1 / (1 + Math.exp(-[...reasons, ...more].reduce((sum, term) => sum + term.contribution, base)));

describe('a risky sign-in', () => {
  let grace: Awaited<ReturnType<typeof person>>;
  beforeAll(async () => {
    grace = await person('grace', 'graces');
  }, 120_000);

  test('is allowed once the enrolled wallet has proved, in zero knowledge, that it is its own person', async () => {
    const decision = await grace.risky('away');
    const { eventId, presentationRequest, stepUp } = decision;
    expect(stepUp.anyOf.map(({ evidence }: { evidence: string }) => evidence)).toEqual([
      'credential',
      'second_factor',
      'out_of_band',
      'reauthentication',
    ]);
    expect(presentationRequest).toMatchObject({ query: 'same-wallet', wallet: true });
    const [asked] = await eventually(() => {
      const found = toldOf('Step-Up Required', eventId);
      return found.length > 0 && found;
    });
    expect(asked!.event.detail.data).toMatchObject({ stepUp, presentationRequest, mode: 'enforce' });
    expect(STEP_UP_SCHEMAS['Step-Up Required'].safeParse(asked!.event).success).toBe(true);

    // What does not hold, from a bystander who saw the code: nothing changes.
    const response = presentationRequest.page_uri.replace(/page$/, 'response');
    for (const junk of ['state=x&vp_token={}', 'response=junk'])
      expect(
        (
          await fetch(response, {
            method: 'POST',
            body: junk,
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
          })
        ).status,
      ).toBe(400);
    expect((await app.decision(eventId)).body).toEqual(decision);

    expect((await answer(presentationRequest.authorization_request, 'graces')).status).toBe(200);
    const [verified] = await eventually(() => {
      const found = toldOf('Presentation Verified', eventId);
      return found.length > 0 && found;
    });
    const { body: after } = await app.decision(eventId);
    expect(after).toMatchObject({
      outcome: 'allow',
      score: decision.score,
      reasons: decision.reasons,
      resolution: { from: 'step_up', by: 'presentation' },
      evidence: { proved: ['same-wallet'], reasons: [{ code: 'walletProof' }], outcome: 'allow' },
    });
    expect(Math.abs(proofOf(after, after.evidence.reasons) - after.evidence.score)).toBeLessThan(1e-6);
    expect(verified!.event.detail.data).toMatchObject({ outcome: 'allow', score: after.evidence.score });
    expect(STEP_UP_SCHEMAS['Presentation Verified'].safeParse(verified!.event).success).toBe(true);
    expect(JSON.stringify(told)).not.toMatch(/1990-12-10|"Ada"/);

    // What it taught counts: the same again is less of a surprise.
    const { body: again } = await app.evaluate(
      nativeEvent('grace-again', { subject: { id: 'grace', kind: 'person' }, ...AWAY }),
    );
    expect(again.score).toBeLessThan(decision.score);
    expect(again.baseline.events).toBe(decision.baseline.events + 1);

    const said: string[] = [];
    const environment = { COUNTERSIGN_URL: local.urls.api, COUNTERSIGN_TOKEN: await local.issuer.token() };
    expect(await main(['replay', eventId], environment, (line) => said.push(line))).toBe(0);
    expect(said[0]).toMatch(/bit for bit; policy says step_up, as then/);
  });

  test("is not allowed by somebody else's wallet: the risk rises, and says why", async () => {
    const decision = await grace.risky('stolen', {
      network: { ip: '102.89.23.4' },
      agent: { userAgent: 'python-requests/2.31', deviceId: 'd-third' },
    });
    const { eventId, presentationRequest } = decision;
    expect((await answer(presentationRequest.authorization_request, 'mallorys')).status).toBe(200);
    const [rejected] = await eventually(() => {
      const found = toldOf('Presentation Rejected', eventId);
      return found.length > 0 && found;
    });
    const { body: after } = await app.decision(eventId);
    expect(after.outcome).not.toBe('allow');
    expect(after.evidence).toMatchObject({ proved: [], reasons: [{ code: 'wrongHolder' }] });
    expect(after.evidence.score).toBeGreaterThan(decision.score);
    expect(rejected!.event.detail.data).toMatchObject({ reason: 'wrongHolder', score: after.evidence.score });
    expect(toldOf('Presentation Verified', eventId)).toEqual([]);
  });

  test('is unchanged by answers that do not hold, until the request closes', async () => {
    const decision = await grace.risky('junk', {
      network: { ip: '197.210.8.9' },
      agent: { userAgent: 'Wget/1.21', deviceId: 'd-fourth' },
    });
    const { eventId, presentationRequest } = decision;
    const response = presentationRequest.page_uri.replace(/page$/, 'response');
    for (let attempt = 0; attempt < 6; attempt++)
      await fetch(response, { method: 'POST', body: new URLSearchParams({ response: 'junk' }) });
    await eventually(() => toldOf('Presentation Rejected', eventId).length > 0);
    expect((await app.decision(eventId)).body).toEqual(decision);
  });
});

test('who has no wallet is asked for something else, and for nothing on a failed attempt', async () => {
  const bob = await person('bob');
  const decision = await bob.risky('away');
  expect(decision).not.toHaveProperty('presentationRequest');
  expect(decision.stepUp).toMatchObject({ acr_values: expect.any(String), max_age: 0 });
  expect(decision.stepUp.anyOf.map(({ evidence }: { evidence: string }) => evidence)).toEqual([
    'second_factor',
    'out_of_band',
    'reauthentication',
  ]);
});

test('the walk through docs/step-up.md runs as it is written, from event to proof to allow', async () => {
  const outputs = await walk('docs/step-up.md', local);
  expect(outputs).toEqual([
    expect.stringMatching(/^Trusted for .*\nTrusted for /),
    '',
    'allow, risk low',
    expect.stringMatching(/200 \{\}\n.*"enrolment":\{"status":"enrolled"/),
    expect.stringMatching(/^step_up at a risk of 0\.\d+: credential, or second_factor/),
    expect.stringMatching(
      /^score 0\.\d+, \w+: step_up, by step-up-people\n {2}base [\s\S]*\n {2}sum .* log-odds$/,
    ),
    expect.stringMatching(/200 \{\}$/),
    expect.stringMatching(/^allow: 0\.\d+ became 0\.0\d+ by walletProof -7$/),
    expect.stringMatching(/200 \{\}\n(step_up|deny): 0\.\d+ became 0\.\d+ by wrongHolder \+2$/),
  ]);
}, 120_000);
