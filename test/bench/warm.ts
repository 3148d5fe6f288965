import { InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import {
  type BaselineItem,
  decodeBaseline,
  emptyBaseline,
  encodeBaseline,
} from '../../functions/baselines/index.ts';
import { assess, factsOf } from '../../functions/decisions/assess.ts';
import { type DecideDeps, decide } from '../../functions/decisions/decide.ts';
import type { StoredDecision } from '../../functions/decisions/decisions.store.ts';
import { type AuthEvent, parseEvent, payloadDigest } from '../../functions/events/index.ts';
import { pseudonymsFor, readAsset } from '../../functions/platform/index.ts';
import { catalogue, evaluateSignals, modelInput, parseAgent } from '../../functions/signals/index.ts';
import { loadEngines } from '../engines.ts';
import { type Figure, quantile } from './figure.ts';
import { sampleEvent } from './sample-events.ts';

const RUNS = 3_000;
const WARM_UP = 500;

const times = async (work: (index: number) => unknown): Promise<number[]> => {
  const samples: number[] = [];
  for (let index = 0; index < RUNS + WARM_UP; index++) {
    const begun = performance.now();
    await work(index);
    if (index >= WARM_UP) samples.push(performance.now() - begun);
  }
  return samples;
};

/** Stores in memory that encode and decode as the real ones do: everything but DynamoDB itself. */
const inMemory = (): Pick<DecideDeps, 'readHistory' | 'decisions' | 'baselines'> => {
  const records = new Map<string, BaselineItem>();
  const decisions = new Map<string, string>();
  return {
    readHistory: async (keys) => {
      const item = records.get(keys.subject);
      const earlier = decisions.get(keys.decision);
      return {
        ...(earlier ? { earlier: JSON.parse(earlier) as StoredDecision } : {}),
        subject: item ? decodeBaseline(item.text, item.version) : emptyBaseline(),
        velocity: {},
      };
    },
    decisions: {
      insert: async (stored) => {
        decisions.set(stored.key, JSON.stringify(stored));
        return undefined;
      },
      get: async () => undefined,
      getMany: async () => [],
      settle: async () => true,
      answer: async () => undefined,
      resolve: async () => true,
      remove: async () => undefined,
      pendingBefore: async () => [],
    },
    baselines: {
      putBaseline: async (key, baseline) => {
        records.set(key, { text: encodeBaseline(baseline), version: baseline.version });
        return true;
      },
      putVelocity: async () => true,
      read: async () => records,
      erase: async () => undefined,
    },
  };
};

/** Warm figures: one evaluation, everything but DynamoDB, and its parts. */
export const warmFigures = async (): Promise<Figure[]> => {
  const loaded = await loadEngines();
  const deps: DecideDeps = {
    ...loaded,
    ...inMemory(),
    publish: async () => undefined,
    mode: 'shadow',
    fallback: 'step_up',
    clock: Date.now,
    onFailure: (part, error) => {
      throw new Error(`${part} failed in the benchmark`, { cause: error });
    },
  };
  const from = Date.now() - 60_000;
  const envelopes = Array.from({ length: RUNS + WARM_UP }, (_, index) => sampleEvent(index, undefined, from));
  const bodies = envelopes.map((envelope) => JSON.stringify(envelope));
  const parse = (envelope: unknown) =>
    parseEvent(envelope, { now: Date.now(), tenant: 'default' }) as AuthEvent;

  const evaluate = await times(async (index) => {
    const envelope = JSON.parse(bodies[index]!);
    JSON.stringify(await decide(parse(envelope), payloadDigest(envelope), deps));
  });

  const lookup = await loaded.lookup();
  const pseudonym = pseudonymsFor(await loaded.pseudonymKey(), 'default');
  const event = parse(envelopes[0]);
  const network = event.network && lookup.lookup(event.network.ip);
  const agent = parseAgent(event.agent?.userAgent ?? '');
  const facts = factsOf(event, pseudonym, network, agent);
  const history = { subject: emptyBaseline(), velocity: {} };
  const scorer = await loaded.engines.scorer();
  const pdp = await loaded.engines.pdp('default');
  const context = { ...facts, ...history };
  const features = modelInput(evaluateSignals(context), context);

  const bare = await InferenceSession.create(await readAsset('risk.onnx'));
  const input = new Tensor('float32', features, [1, features.length]);
  const feeds = { [bare.inputNames[0]!]: input };

  const parsing = await times((index) => {
    const envelope = JSON.parse(bodies[index]!);
    parse(envelope);
    payloadDigest(envelope);
  });
  const signals = await times(() => modelInput(evaluateSignals(context), context));
  const scoring = await times(() => scorer.score(features));
  const bareRuns = await times(() => bare.run(feeds));
  const permitted = {
    principal: { kind: 'person' as const, id: 'p', roles: [] },
    application: { id: 'a', tenant: 'default' },
    context: {
      score: 0.001,
      level: 'low',
      maturity: 'established',
      attempt: 'sign_in',
      result: 'success',
      factors: [],
      detections: [],
      sensitivity: 'unknown',
      session: false,
      evidence: [],
      signals: {},
    },
  };
  const deciding = await times(() => pdp.decide(permitted));
  const assessing = await times(() => assess(facts, history, { scorer, pdp }, 'shadow', Date.now()));
  const empty = await times(async (index) => JSON.stringify(JSON.parse(bodies[index]!)));

  const both = (
    name: string,
    samples: number[],
    peer?: [string, number[]],
    goals?: [string, string],
  ): Figure[] =>
    ([0.5, 0.99] as const).map((q, index) => ({
      name: `${name}, p${q * 100}`,
      value: quantile(samples, q),
      unit: 'ms',
      ...(peer ? { peer: { name: peer[0], value: quantile(peer[1], q) } } : {}),
      ...(goals ? { goal: goals[index]! } : {}),
    }));
  return [
    ...both('evaluate, all but DynamoDB', evaluate, ['an empty handler', empty], ['≤ 1 ms', '≤ 5 ms']),
    ...both('  parse, check, digest', parsing, ['JSON.parse and stringify', empty]),
    ...both(`  ${catalogue.length} signals`, signals, ['an empty handler', empty]),
    ...both('  scoring', scoring, ['the same model, bare', bareRuns], ['', '≤ 0.25 ms']),
    ...both('  signals, scoring, reasons, policy', assessing, ['one policy answer', deciding]),
  ];
};
