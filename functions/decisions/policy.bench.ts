import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Figure, quantile } from '../../test/bench/figure.ts';
import { sampleEvent } from '../../test/bench/sample-events.ts';
import { loadEngines } from '../../test/engines.ts';
import { emptyBaseline, learn } from '../baselines/index.ts';
import { parseEvent } from '../events/index.ts';
import { pseudonymsFor, readAsset } from '../platform/index.ts';
import { parseAgent } from '../signals/index.ts';
import { factsOf, judge } from './assess.ts';
import { questionOf } from './basis.ts';
import { compilePolicies } from './compile-policies.ts';
import { loadPolicies, type PolicyDecisionPoint, type PolicyQuestion } from './policy.ts';
import { replay } from './replay.ts';

const POLICIES = join(import.meta.dirname, 'policies');
const RUNS = 5_000;

const timesOf = (work: (index: number) => unknown): number[] => {
  for (let index = 0; index < 500; index++) work(index);
  return Array.from({ length: RUNS }, (_, index) => {
    const begun = performance.now();
    work(index);
    return performance.now() - begun;
  });
};

/** How long one answer of policy takes: by the default set, denied (all three are asked), and by single signals. */
export const policyFigures = async (): Promise<Figure[]> => {
  const { engines, pseudonymKey, lookup: loading } = await loadEngines();
  const wasm = await readAsset('cedar_wasm_bg.wasm');
  const text = (name: string) => readFile(join(POLICIES, name), 'utf8');
  const withSignals = await loadPolicies(
    wasm,
    await compilePolicies(wasm, {
      policies: await text('default.cedar'),
      overrides: await text('examples/application-thresholds.cedar'),
      schema: await text('countersign.cedarschema'),
      queries: JSON.parse(await text('queries.json')),
    }),
  );
  const pdp = await engines.pdp('default');
  const scorer = await engines.scorer();
  const pseudonym = pseudonymsFor(await pseudonymKey(), 'default');
  const lookup = await loading();

  const now = Date.now();
  const records = [];
  let subject = emptyBaseline();
  for (let index = 0; index < 10_000; index++) {
    const event = parseEvent(sampleEvent(index, `u-${index % 7}`, now), {
      now: now + 60_000,
      tenant: 'default',
    });
    if (event.type !== 'authentication') throw new Error('The sample is no authentication');
    const network = event.network && lookup.lookup(event.network.ip);
    const facts = factsOf(event, pseudonym, network, parseAgent(event.agent?.userAgent ?? ''));
    const judged = await judge(facts, { subject, velocity: {} }, { scorer, pdp }, 'shadow', now);
    if (index % 5 === 0) subject = learn(subject, { ...facts.observation, teaches: true });
    // As it comes back from the store.
    records.push(JSON.parse(JSON.stringify({ tenant: 'default', ...judged })));
  }
  const question = questionOf('default', records[0].decision, records[0].basis);
  const denied: PolicyQuestion = {
    ...question,
    context: { ...question.context, score: 0.99, level: 'high' },
  };
  const atPayroll = { ...denied, application: { id: 'payroll', tenant: 'default' } };
  const floor = timesOf(() => JSON.parse(JSON.stringify(question)));
  const both = (name: string, set: PolicyDecisionPoint, asked: PolicyQuestion): Figure[] => {
    const samples = timesOf(() => set.decide(asked));
    return [0.5, 0.99].map((q) => ({
      name: `${name}, p${q * 100}`,
      value: quantile(samples, q),
      unit: 'ms',
      peer: { name: 'the question through JSON', value: quantile(floor, q) },
      ...(q === 0.99 ? { goal: '≤ 2 ms' } : {}),
    }));
  };

  const begun = performance.now();
  let exact = 0;
  for (const record of records) {
    const again = await replay(record, { scorer, pdp });
    if (again.same && again.policy?.same) exact++;
  }
  const each = (performance.now() - begun) / records.length;
  return [
    ...both('one answer', pdp, question),
    ...both('  denied: allow, step_up and review asked', pdp, denied),
    ...both('  the same, with every signal handed over', withSignals, atPayroll),
    {
      name: 'decisions replayed bit for bit',
      value: exact,
      unit: 'decisions',
      peer: { name: 'replayed', value: records.length },
      goal: 'all',
    },
    { name: '  each', value: each, unit: 'ms' },
  ];
};
