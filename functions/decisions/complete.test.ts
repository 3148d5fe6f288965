import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTables, type TestTables } from '../../test/tables.ts';
import {
  type BaselineStore,
  baselineIn,
  baselineStore,
  emptyBaseline,
  learnOnce,
} from '../baselines/index.ts';
import { readAsset } from '../platform/index.ts';
import {
  type Concern,
  type Outcome,
  type PresentationStore,
  presentationStore,
  type WalletStore,
  walletIdOf,
  walletStore,
} from '../presentations/requests/index.ts';
import { catalogue } from '../signals/index.ts';
import { levelOf, scoreOf } from './assess.ts';
import { basisOf } from './basis.ts';
import { compilePolicies } from './compile-policies.ts';
import { type AnswerTold, type CompleteDeps, complete } from './complete.ts';
import type { Decision, Reason } from './decision.ts';
import { type DecisionStore, decisionStore, type StoredDecision } from './decisions.store.ts';
import { decisionKey } from './keys.ts';
import { loadPolicies, type PolicyDecisionPoint } from './policy.ts';

const NOW = Date.UTC(2026, 10, 20, 9);
const OWN = 'own-wallet-00000';
const OTHER = 'others-wallet-00';

let tables: TestTables;
let pdp: PolicyDecisionPoint;
let stores: {
  readonly decisions: DecisionStore;
  readonly baselines: BaselineStore;
  readonly presentations: PresentationStore;
  readonly wallets: WalletStore;
};
beforeAll(async () => {
  tables = await startTables();
  stores = {
    decisions: decisionStore(tables.client, tables.decisions, () => NOW),
    baselines: baselineStore(tables.client, tables.baselines, () => NOW),
    presentations: presentationStore(tables.client, tables.presentations, () => NOW),
    wallets: walletStore(tables.client, tables.wallets),
  };
  pdp = await withPolicies();
});
afterAll(() => tables.close());

const withPolicies = async (overrides = ''): Promise<PolicyDecisionPoint> => {
  const file = (name: string) => readFile(new URL(`./policies/${name}`, import.meta.url), 'utf8');
  const wasm = await readAsset('cedar_wasm_bg.wasm');
  return loadPolicies(
    wasm,
    await compilePolicies(wasm, {
      policies: await file('default.cedar'),
      overrides,
      schema: await file('countersign.cedarschema'),
      queries: JSON.parse(await file('queries.json')),
    }),
  );
};

let told: AnswerTold[];
let published: string[];
let run = 0;
let tenant = '';
beforeEach(() => {
  told = [];
  published = [];
  tenant = `tenant${++run}`;
});

const deps = (more: Partial<CompleteDeps> = {}): CompleteDeps => ({
  ...stores,
  pdp: async () => pdp,
  tell: async (one) => {
    told.push(one);
  },
  publish: async ({ key }) => {
    published.push(key);
  },
  clock: () => NOW + 60_000,
  ...more,
});

const RISKY: readonly Reason[] = [
  { code: 'newDevice', contribution: 2, text: 'A new device' },
  { code: 'newCountry', contribution: 1.5, text: 'A new country' },
];

/** A risky event that waits for a wallet, stored as deciding leaves it. */
const riskyEvent = async (
  more: {
    subject?: string;
    reasons?: readonly Reason[];
    query?: string;
    wallet?: boolean;
    kind?: 'person' | 'service';
  } = {},
) => {
  const { subject = 'ada', reasons = RISKY, query = 'same-wallet', wallet = true } = more;
  const eventId = `e-${run}-${Math.random()}`;
  const appId = `app-${eventId}`;
  const base = -3;
  const score = scoreOf(base, reasons);
  const decision: Decision = {
    eventId,
    subject,
    score,
    level: levelOf(score),
    outcome: 'step_up',
    presentationRequest: {
      id: appId,
      query,
      wallet,
      authorization_request: 'openid4vp://?x',
      page_uri: 'https://x.example',
      expires_at: new Date(NOW + 600_000).toISOString(),
    },
    mode: 'enforce',
    base,
    reasons,
    policy: { determining: ['step-up-people'] },
    baseline: { maturity: 'established', events: 20 },
    model: { id: 'm', digest: 'd' },
    evaluators: { ran: [], skipped: [] },
    time: new Date(NOW).toISOString(),
    decidedAt: new Date(NOW).toISOString(),
  };
  const basis = basisOf(
    new Float32Array(catalogue.length),
    {
      principal: { kind: more.kind ?? 'person', id: subject, roles: [] },
      application: { id: 'backoffice', tenant },
      context: {
        score,
        level: decision.level,
        maturity: 'established',
        attempt: 'sign_in',
        result: 'success',
        factors: ['password'],
        detections: ['newDevice'],
        sensitivity: 'unknown',
        session: false,
        evidence: [],
        signals: {},
      },
    },
    pdp.digest,
  );
  const key = decisionKey(tenant, eventId);
  const observation = {
    eventKey: `k-${eventId}`.slice(0, 22).padEnd(22, 'x'),
    time: NOW,
    teaches: false,
    waits: true,
    failed: false,
    factorFailed: false,
    keys: { device: 'new-device', country: 'NG' },
  };
  const subjectKey = `s#${tenant}#${subject}`;
  const stored: StoredDecision = {
    key,
    tenant,
    digest: 'x',
    decision,
    basis,
    delta: {
      subject: { key: subjectKey, version: 0 },
      observation,
      subjectHash: 1,
      aggregates: { tenant: `t#${tenant}` },
    },
    pendingSince: NOW,
  };
  await stores.decisions.insert(stored);
  const taught = learnOnce(emptyBaseline(), observation, 0);
  await stores.baselines.putBaseline(subjectKey, taught, 0);
  const walletId = await request(appId, { kind: 'decision', eventId, subject });
  return {
    key,
    eventId,
    walletId,
    decision,
    after: async () => (await stores.decisions.get(key))!.decision,
    baseline: async () => baselineIn((await stores.baselines.read([subjectKey])).get(subjectKey))!,
  };
};

const request = async (appId: string, concerns?: Concern): Promise<string> => {
  const walletId = walletIdOf(appId);
  await stores.presentations.insert({
    walletId,
    tenant,
    createdAt: NOW,
    expiresAt: NOW + 600_000,
    clientId: 'x',
    nonce: 'n',
    state: 's',
    query: {},
    purpose: 'A test',
    responseMode: 'direct_post',
    flow: 'cross_device',
    requestUriMethod: 'get',
    ...(concerns ? { concerns } : {}),
  });
  return walletId;
};

const zk = {
  id: 'wallet',
  format: 'ldp_vc',
  issuer: 'i',
  type: 'T',
  claims: {},
  predicates: [],
  status: 'valid',
} as const;
const sdJwt = {
  id: 'identity',
  format: 'dc+sd-jwt',
  issuer: 'i',
  type: 'T',
  claims: {},
  status: 'valid',
} as const;

const answer = (walletId: string, more: Partial<Outcome> = {}) =>
  stores.presentations.accept(
    walletId,
    { credentials: [zk], holder: OWN, verifiedAt: NOW + 30_000, ...more },
    undefined,
  );

const enrol = (subject: string, holder: string, enrolledAt = NOW - 86_400_000) =>
  stores.wallets.enrol({
    id: `${subject}-${holder}`,
    tenant,
    subject,
    holder,
    format: 'ldp_vc',
    enrolledAt,
    enrolledBy: 'session',
  });

describe('a proof by the wallet of the subject', () => {
  test('lowers the score by printed terms, policy allows, and the event teaches', async () => {
    await enrol('ada', OWN);
    const event = await riskyEvent();
    expect((await event.baseline()).quarantine.length).toBeGreaterThan(0);
    await answer(event.walletId);
    expect(await complete(event.walletId, deps())).toBe(true);
    const after = await event.after();
    expect(after).toMatchObject({
      outcome: 'allow',
      score: event.decision.score,
      reasons: event.decision.reasons,
      resolution: { from: 'step_up', by: 'presentation', reference: event.walletId },
      evidence: {
        request: event.walletId,
        proved: ['same-wallet'],
        reasons: [{ code: 'walletProof', contribution: -7 }],
        level: 'low',
        outcome: 'allow',
        policy: { determining: ['allow-low-risk'] },
      },
    });
    const logit = [...after.reasons, ...after.evidence!.reasons].reduce(
      (sum, { contribution }) => sum + contribution,
      after.base,
    );
    expect(Math.abs(after.evidence!.score - 1 / (1 + Math.exp(-logit)))).toBeLessThan(1e-9);
    const baseline = await event.baseline();
    expect([baseline.quarantine, baseline.events]).toEqual([[], 1]);
    expect(told).toEqual([
      {
        type: 'Presentation Verified',
        id: `p#${event.walletId}`,
        tenant,
        time: NOW + 30_000,
        data: {
          requestId: event.walletId,
          status: 'verified',
          eventId: event.eventId,
          subject: 'ada',
          mode: 'enforce',
          outcome: 'allow',
          score: after.evidence!.score,
          proved: ['same-wallet'],
        },
      },
    ]);
    expect(await stores.presentations.unannounced(NOW + 1e9, 10)).not.toContainEqual(
      expect.objectContaining({ walletId: event.walletId }),
    );
  });

  test('counts once, however many credentials it shows, and a key less than a circuit', async () => {
    await enrol('ada', OWN);
    const termsOf = async (credentials: Outcome['credentials']) => {
      const event = await riskyEvent();
      await answer(event.walletId, { credentials });
      await complete(event.walletId, deps());
      return (await event.after()).evidence?.reasons.map(({ contribution }) => contribution);
    };
    expect(await termsOf([sdJwt])).toEqual([-6]);
    expect(await termsOf([sdJwt, zk, sdJwt])).toEqual([-7]);
  });

  test.each([
    ['was enrolled after the event', async () => enrol('ada', OWN, NOW + 1)],
    ['was enrolled at the very time of the event', async () => enrol('ada', OWN, NOW)],
    [
      'was retired',
      async () => {
        await enrol('ada', OWN);
        await stores.wallets.retire(tenant, 'ada', `ada-${OWN}`, NOW - 1);
      },
    ],
    ['was never enrolled', async () => undefined],
  ])('counts for nothing when it %s: nothing is proved, and nothing is worse', async (_, prepare) => {
    await prepare();
    const event = await riskyEvent();
    await answer(event.walletId);
    await complete(event.walletId, deps());
    const after = await event.after();
    expect(after).toMatchObject({
      outcome: 'step_up',
      evidence: { proved: [], reasons: [], score: event.decision.score, outcome: 'step_up' },
    });
    expect(after).not.toHaveProperty('resolution');
    expect((await event.baseline()).events).toBe(0);
  });

  test('counts for nothing when it comes too late', async () => {
    await enrol('ada', OWN);
    const event = await riskyEvent();
    await answer(event.walletId, { verifiedAt: NOW + 15 * 60_000 + 1 });
    await complete(event.walletId, deps());
    expect(await event.after()).toMatchObject({ outcome: 'step_up', evidence: { proved: [], reasons: [] } });
  });
});

describe('a valid presentation by the wrong holder', () => {
  test('raises the risk with a reason, and is told as rejected', async () => {
    await enrol('ada', OWN);
    const event = await riskyEvent();
    await answer(event.walletId, { holder: OTHER });
    await complete(event.walletId, deps());
    const after = await event.after();
    expect(after).toMatchObject({
      outcome: 'step_up',
      evidence: { proved: [], reasons: [{ code: 'wrongHolder', contribution: 2 }] },
    });
    expect(after.evidence!.score).toBeGreaterThan(event.decision.score);
    expect(told).toMatchObject([{ type: 'Presentation Rejected', data: { reason: 'wrongHolder' } }]);
    expect((await event.baseline()).events).toBe(0);
  });

  test('also where the subject has no wallet and the wallet is that of somebody else, whatever was asked', async () => {
    await enrol('bob', OTHER);
    for (const asked of [{}, { query: 'over-18', wallet: false }]) {
      const event = await riskyEvent(asked);
      await answer(event.walletId, { holder: OTHER });
      await complete(event.walletId, deps());
      expect((await event.after()).evidence).toMatchObject({
        proved: [],
        reasons: [{ code: 'wrongHolder' }],
      });
    }
  });

  test('denies where the risk becomes nearly certain', async () => {
    await enrol('ada', OWN);
    const event = await riskyEvent({
      reasons: [{ code: 'newDevice', contribution: 5.5, text: 'A new device' }],
    });
    await answer(event.walletId, { holder: OTHER });
    await complete(event.walletId, deps());
    expect(await event.after()).toMatchObject({ outcome: 'deny', resolution: { by: 'presentation' } });
  });

  test('never leads to allow, whatever policy says', async () => {
    await enrol('ada', OWN);
    const lenient = await withPolicies(
      '@id("never-allow-wrong-holder") permit (principal, action == Countersign::Action::"allow", resource);',
    );
    const event = await riskyEvent();
    await answer(event.walletId, { holder: OTHER });
    await complete(event.walletId, deps({ pdp: async () => lenient }));
    expect((await event.after()).outcome).toBe('step_up');
  });
});

describe('a proof about anybody', () => {
  const adults =
    '@id("adults") permit (principal, action == Countersign::Action::"allow", resource) when { context.proved.contains("over-18") };';

  test('answers its question with a contribution of 0, and teaches nothing', async () => {
    const event = await riskyEvent({ query: 'over-18', wallet: false });
    const { holder: _, ...nobody } = { credentials: [zk], holder: '', verifiedAt: NOW + 1 };
    await stores.presentations.accept(event.walletId, nobody, undefined);
    const lenient = await withPolicies(adults);
    await complete(event.walletId, deps({ pdp: async () => lenient }));
    expect(await event.after()).toMatchObject({
      outcome: 'allow',
      evidence: { proved: ['over-18'], reasons: [], score: event.decision.score },
    });
    expect((await event.baseline()).events).toBe(0);
  });

  test('that policy does not ask about changes nothing', async () => {
    const event = await riskyEvent({ query: 'over-18', wallet: false });
    await answer(event.walletId, { holder: OTHER });
    await complete(event.walletId, deps());
    expect(await event.after()).toMatchObject({ outcome: 'step_up', evidence: { proved: ['over-18'] } });
  });
});

describe('what is repeated, late, lost or forged', () => {
  test('a message that comes again, and several at once, count once', async () => {
    await enrol('ada', OWN);
    const event = await riskyEvent();
    await answer(event.walletId);
    await Promise.all([1, 2, 3].map(() => complete(event.walletId, deps())));
    const after = await event.after();
    // What was true when it was answered stays, though the wallet is gone by now.
    await stores.wallets.retire(tenant, 'ada', `ada-${OWN}`, NOW + 1);
    await complete(event.walletId, deps());
    expect(await event.after()).toEqual(after);
    expect((await event.baseline()).events).toBe(1);
    expect(new Set(told.map(({ id }) => id)).size).toBe(1);
    expect(new Set(told.map(({ data }) => JSON.stringify(data))).size).toBe(1);
  });

  test.each(['answer', 'confirm', 'tell', 'announced'])(
    'a crash at %s is finished by the next delivery',
    async (step) => {
      await enrol('ada', OWN);
      const event = await riskyEvent();
      await answer(event.walletId);
      const crash = async () => {
        throw new Error('crash');
      };
      const real = deps();
      const crashing: Partial<CompleteDeps> = {
        answer: { decisions: { ...real.decisions, answer: crash } },
        confirm: { baselines: { ...real.baselines, putBaseline: crash } },
        tell: { tell: crash },
        announced: { presentations: { ...real.presentations, announced: crash } },
      }[step] as Partial<CompleteDeps>;
      await expect(complete(event.walletId, deps(crashing))).rejects.toThrow('crash');
      await complete(event.walletId, deps());
      expect((await event.after()).outcome).toBe('allow');
      expect((await event.baseline()).events).toBe(1);
      expect(new Set(told.map(({ id }) => id)).size).toBe(1);
    },
  );

  test('an answer after people have resolved the decision leaves it as they resolved it', async () => {
    await enrol('ada', OWN);
    const event = await riskyEvent();
    await stores.decisions.resolve(event.key, 'deny', {
      from: 'step_up',
      by: 'dispute',
      reference: 'r-1',
      time: new Date(NOW).toISOString(),
    });
    await answer(event.walletId);
    await complete(event.walletId, deps());
    expect(await event.after()).toMatchObject({ outcome: 'deny', resolution: { reference: 'r-1' } });
    expect(await event.after()).not.toHaveProperty('evidence');
    expect((await event.baseline()).events).toBe(0);
    expect(told).toMatchObject([{ data: { outcome: 'deny' } }]);
  });

  test('people may overrule what a wallet made of a decision, and resolve what it left open', async () => {
    await enrol('ada', OWN);
    const allowed = await riskyEvent();
    await answer(allowed.walletId);
    await complete(allowed.walletId, deps());
    const by = {
      from: 'step_up',
      by: 'dispute',
      reference: 'd-1',
      time: new Date(NOW).toISOString(),
    } as const;
    expect(await stores.decisions.resolve(allowed.key, 'deny', by)).toBe(false);
    expect(await stores.decisions.resolve(allowed.key, 'deny', by, allowed.walletId)).toBe(true);
    expect(await allowed.after()).toMatchObject({ outcome: 'deny', evidence: { outcome: 'allow' } });
    const open = await riskyEvent();
    await answer(open.walletId, { holder: OTHER });
    await complete(open.walletId, deps());
    expect(await stores.decisions.resolve(open.key, 'deny', by)).toBe(true);
  });

  test('where policy now wants people, they are told by the bus', async () => {
    await enrol('ada', OWN);
    const strict = await withPolicies(
      '@id("x") permit (principal, action == Countersign::Action::"review", resource) when { context.detections.contains("wrongHolder") };' +
        '@id("y") forbid (principal, action == Countersign::Action::"step_up", resource) when { context.detections.contains("wrongHolder") };',
    );
    const event = await riskyEvent();
    await answer(event.walletId, { holder: OTHER });
    await complete(event.walletId, deps({ pdp: async () => strict }));
    expect((await event.after()).outcome).toBe('review');
    expect(published).toEqual([event.key]);
  });

  test('junk until the request closes changes nothing, and is told', async () => {
    await enrol('ada', OWN);
    const event = await riskyEvent();
    for (let attempt = 0; attempt < 4; attempt++) await stores.presentations.refuse(event.walletId, 'junk');
    expect(await complete(event.walletId, deps())).toBe(false);
    await stores.presentations.refuse(event.walletId, 'junk');
    expect(await complete(event.walletId, deps())).toBe(true);
    expect(await event.after()).toEqual(event.decision);
    expect(told).toMatchObject([
      { type: 'Presentation Rejected', data: { status: 'rejected', reason: 'junk', outcome: 'step_up' } },
    ]);
  });

  test('an answer to a request that the decision does not name counts for nothing', async () => {
    await enrol('ada', OWN);
    const event = await riskyEvent();
    const orphan = await request('lost', { kind: 'decision', eventId: event.eventId, subject: 'ada' });
    await answer(orphan);
    await complete(orphan, deps());
    expect(await event.after()).toEqual(event.decision);
  });

  test('a message about no request is done with', async () => {
    expect(await complete('x'.repeat(32), deps())).toBe(false);
    expect(told).toEqual([]);
  });
});

describe('other requests', () => {
  test('an enrolment enrols, and names no event', async () => {
    const walletId = await request('enrol', {
      kind: 'enrolment',
      subject: 'eve',
      by: 'session',
      reference: 'e-0',
    });
    await answer(walletId);
    await complete(walletId, deps());
    await complete(walletId, deps());
    const [wallet, ...others] = await stores.wallets.of(tenant, 'eve');
    expect([wallet?.holder, others]).toEqual([OWN, []]);
    expect(told[0]).toMatchObject({
      type: 'Presentation Verified',
      data: { subject: 'eve', wallet: wallet!.id },
    });
    expect(told[0]!.data).not.toHaveProperty('eventId');
    expect((await stores.presentations.get(walletId))?.enrolment).toEqual({
      status: 'enrolled',
      wallet: wallet!.id,
    });
  });

  test("an enrolment of somebody else's wallet is told as rejected", async () => {
    await enrol('bob', OTHER);
    const walletId = await request('enrol-2', {
      kind: 'enrolment',
      subject: 'eve',
      by: 'session',
      reference: 'e-0',
    });
    await answer(walletId, { holder: OTHER });
    await complete(walletId, deps());
    expect(told).toMatchObject([
      { type: 'Presentation Rejected', data: { reason: 'wallet-of-another-subject' } },
    ]);
  });

  test("an app's own request is told without a name", async () => {
    const walletId = await request('apps-own');
    await answer(walletId);
    await complete(walletId, deps());
    expect(told).toMatchObject([
      { type: 'Presentation Verified', data: { requestId: walletId, status: 'verified' } },
    ]);
  });
});
