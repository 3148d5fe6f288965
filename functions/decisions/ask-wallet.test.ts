import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { loadEngines } from '../../test/engines.ts';
import { startTables, type TestTables } from '../../test/tables.ts';
import { baselineStore } from '../baselines/index.ts';
import { type AuthEvent, parseEvent } from '../events/index.ts';
import { readAsset } from '../platform/index.ts';
import type { AskWallet } from './ask-wallet.ts';
import { compilePolicies } from './compile-policies.ts';
import { type DecideDeps, decide } from './decide.ts';
import { decisionStore, type StoredDecision } from './decisions.store.ts';
import { historyReader } from './history.store.ts';
import { decisionKey } from './keys.ts';
import { loadPolicies, type PolicyDecisionPoint } from './policy.ts';

let tables: TestTables;
let engines: Awaited<ReturnType<typeof loadEngines>>;
beforeAll(async () => {
  tables = await startTables();
  engines = await loadEngines();
});
afterAll(() => tables.close());

const MADE = {
  id: 'app-id',
  authorization_request: 'openid4vp://?client_id=x',
  request_uri: 'https://api.example/r',
  page_uri: 'https://api.example/p',
  expires_at: '2026-11-20T09:34:00.000Z',
};

/** Asks for everything, whatever the risk. */
const alwaysAsking = async (asks: string): Promise<PolicyDecisionPoint> => {
  const file = (name: string) => readFile(new URL(`./policies/${name}`, import.meta.url), 'utf8');
  const wasm = await readAsset('cedar_wasm_bg.wasm');
  return loadPolicies(
    wasm,
    await compilePolicies(wasm, {
      policies: `@id("all") @asks("${asks}") permit (principal, action == Countersign::Action::"step_up", resource);`,
      schema: await file('countersign.cedarschema'),
      queries: JSON.parse(await file('queries.json')),
    }),
  );
};

let asked: string[];
let failures: [string, unknown][];
let published: StoredDecision[];
let run = 0;
beforeEach(() => {
  asked = [];
  failures = [];
  published = [];
});

const wallets = (has: boolean, more: Partial<AskWallet> = {}): AskWallet => ({
  hasWallet: async () => {
    asked.push('has');
    return has;
  },
  request: async (_, { purpose }) => {
    asked.push(purpose);
    return MADE;
  },
  ...more,
});

const decided = async (
  askWallet: AskWallet | undefined,
  {
    asks = 'presentation:same-wallet second_factor',
    data = {},
    more = {},
  }: { asks?: string; data?: Record<string, unknown>; more?: Partial<DecideDeps> } = {},
) => {
  const pdp = await alwaysAsking(asks);
  const id = `e-${run++}`;
  const event = parseEvent(
    {
      source: 'test.example',
      'detail-type': 'Authentication Observed',
      detail: {
        metadata: { id },
        data: { subject: { id: `u-${run}` }, action: 'sign_in', outcome: 'success', ...data },
      },
    },
    { now: Date.now(), tenant: 'default' },
  ) as AuthEvent;
  const decisions = decisionStore(tables.client, tables.decisions, Date.now);
  const decision = await decide(event, 'digest', {
    ...engines,
    engines: { ...engines.engines, pdp: async () => pdp },
    readHistory: historyReader(tables.client, tables, Date.now),
    decisions,
    baselines: baselineStore(tables.client, tables.baselines, Date.now),
    publish: async (stored) => {
      published.push(stored);
    },
    mode: 'enforce',
    fallback: 'step_up',
    clock: Date.now,
    onFailure: (part, error) => failures.push([part, error]),
    ...(askWallet ? { askWallet } : {}),
    ...more,
  });
  return { decision, stored: await decisions.get(decisionKey('default', id)) };
};

const ways = ({ decision }: Awaited<ReturnType<typeof decided>>) =>
  decision.stepUp?.anyOf.map(({ evidence, query }) => query ?? evidence);

describe('a decision that asks for a step-up', () => {
  test('carries a request for the wallet that its subject has, as it is stored and told', async () => {
    const made = await decided(wallets(true));
    expect(made.decision).toMatchObject({
      outcome: 'step_up',
      presentationRequest: { ...MADE, query: 'same-wallet', wallet: true },
    });
    expect(ways(made)).toEqual(['same-wallet', 'second_factor']);
    expect(made.stored?.decision).toEqual(made.decision);
    expect(published[0]?.decision).toEqual(made.decision);
    expect(asked).toEqual(['has', 'To see that it is you, by the wallet that you enrolled']);
  });

  test('leaves the wallet out for who has none, and all else as it was', async () => {
    const made = await decided(wallets(false));
    expect(made.decision).not.toHaveProperty('presentationRequest');
    expect(ways(made)).toEqual(['second_factor']);
  });

  test('asks what everybody can do where policy names the wallet alone', async () => {
    const made = await decided(wallets(false), { asks: 'presentation:same-wallet' });
    expect(ways(made)).toEqual(['second_factor', 'reauthentication']);
  });

  test('asks about anybody without looking for wallets', async () => {
    const made = await decided(wallets(false), { asks: 'presentation:over-18' });
    expect(made.decision.presentationRequest).toMatchObject({ query: 'over-18', wallet: false });
    expect(asked).toEqual(['To see that you are over 18, and nothing else']);
  });

  test('asks the first query that can be answered', async () => {
    const asks = 'presentation:same-wallet presentation:over-18';
    expect((await decided(wallets(true), { asks })).decision.presentationRequest?.query).toBe('same-wallet');
    const without = await decided(wallets(false), { asks });
    expect([without.decision.presentationRequest?.query, ways(without)]).toEqual(['over-18', ['over-18']]);
  });

  test.each(['hasWallet', 'request'] as const)(
    'is made all the same when %s fails, by other ways',
    async (part) => {
      const fails = async () => {
        throw new Error('away');
      };
      const made = await decided(wallets(true, { [part]: fails }));
      expect(made.decision).not.toHaveProperty('degraded');
      expect(made.decision).not.toHaveProperty('presentationRequest');
      expect(ways(made)).toEqual(['second_factor']);
      expect(made.stored?.decision).toEqual(made.decision);
      expect(failures.map(([name]) => name)).toEqual(['presentation']);
    },
  );

  test('asks no wallet because of a failed attempt, nor for a name that is no account', async () => {
    for (const data of [{ outcome: 'failure' }, { outcome: 'failure', failureReason: 'unknown_subject' }]) {
      const made = await decided(wallets(true), { data });
      expect(ways(made)).toEqual(['second_factor']);
    }
    expect(asked).toEqual([]);
  });

  test('made by the fallback says what everybody can do', async () => {
    const down = async () => {
      throw new Error('away');
    };
    const made = await decided(wallets(true), { more: { readHistory: down } });
    expect([made.decision.degraded, ways(made)]).toEqual([['store'], ['second_factor', 'reauthentication']]);
    expect(asked).toEqual([]);
  });
});

test('a decision that allows asks nobody', async () => {
  const { engines: own } = await loadEngines();
  const allowing = {
    ...(await own.pdp('default')),
    decide: () => ({ outcome: 'allow', determining: [] }) as const,
  };
  const { decision } = await decided(wallets(true), {
    more: { engines: { ...own, pdp: async () => allowing } },
  });
  expect(decision).not.toHaveProperty('stepUp');
  expect(asked).toEqual([]);
});
