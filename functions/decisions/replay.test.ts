import { beforeAll, describe, expect, test } from 'vitest';
import { loadEngines } from '../../test/engines.ts';
import { emptyBaseline } from '../baselines/index.ts';
import { parseEvent } from '../events/index.ts';
import { pseudonymsFor } from '../platform/index.ts';
import { modelInputs } from '../signals/index.ts';
import { type Engines, factsOf, type Judgement, judge } from './assess.ts';
import { featuresOf } from './basis.ts';
import { evidenceOf } from './later-evidence.ts';
import { replay } from './replay.ts';

const NOW = Date.UTC(2026, 10, 20, 9);
let engines: Engines;
beforeAll(async () => {
  const { engines: loaded } = await loadEngines();
  engines = { scorer: await loaded.scorer(), pdp: await loaded.pdp('shop') };
});

const judged = (index: number): Promise<Judgement> => {
  const event = parseEvent(
    {
      source: 'shop.example',
      'detail-type': 'Authentication Observed',
      detail: {
        metadata: { id: `e-${index}`, time: new Date(NOW - index * 3_333_333).toISOString() },
        data: {
          subject: { id: `u-${index % 7}`, kind: index % 5 ? 'person' : 'service', roles: ['clerk'] },
          action: 'sign_in',
          outcome: index % 3 ? 'success' : 'failure',
          factors: index % 2 ? ['password'] : ['passkey'],
          application: { id: 'backoffice' },
        },
      },
    },
    { now: NOW, tenant: 'shop' },
  );
  if (event.type !== 'authentication') throw new Error('not an authentication');
  const facts = factsOf(
    event,
    pseudonymsFor('a-key-of-this-test-only-0123456789', 'shop'),
    undefined,
    undefined,
  );
  return judge(facts, { subject: emptyBaseline(), velocity: {} }, engines, 'shadow', NOW);
};

describe('replay', () => {
  test('gives the recorded score bit for bit and the same outcome', async () => {
    for (let index = 0; index < 40; index++) {
      const { decision, basis } = await judged(index);
      // As it comes back from a store or over HTTP.
      const record = JSON.parse(JSON.stringify({ tenant: 'shop', decision, basis }));
      const again = await replay(record, engines);
      expect(again).toEqual({
        score: decision.score,
        same: true,
        policy: { outcome: decision.outcome, same: true },
      });
    }
  });

  test('weighs what a wallet proved again, and tells when that is another', async () => {
    const { decision, basis } = await judged(1);
    const reasons = [{ code: 'walletProof', contribution: -7, text: 'You showed that it is you' }];
    const evidence = evidenceOf(
      { tenant: 'shop', decision: { ...decision, outcome: 'step_up' }, basis },
      { proved: ['same-wallet'], reasons },
      { request: 'w', time: NOW },
      engines.pdp,
    );
    expect(evidence.outcome).toBe('allow');
    const with_ = (more: object) => ({
      tenant: 'shop',
      decision: { ...decision, evidence: { ...evidence, ...more } },
      basis,
    });
    expect((await replay(with_({}), engines)).evidence).toEqual({ score: evidence.score, same: true });
    for (const odd of [{ outcome: 'deny' }, { score: evidence.score * 2 }, { reasons: [] }])
      expect((await replay(with_(odd), engines)).evidence?.same).toBe(false);
  });

  test('tells when a feature, a term or the score is another one, by the last bit', async () => {
    const { decision, basis } = await judged(1);
    const record = { tenant: 'shop', decision, basis };
    const features = featuresOf(basis);
    const codes = modelInputs.map(({ code }) => code);
    const at = decision.reasons.map(({ code }) => codes.indexOf(code)).find((index) => index >= 0)!;
    features[at] = Number.NaN;
    const changed = { ...basis, features: Buffer.from(features.buffer).toString('base64') };
    const [first, ...rest] = decision.reasons;
    const nudged = [{ ...first!, contribution: first!.contribution + 2 ** -20 }, ...rest];
    for (const wrong of [
      { ...record, decision: { ...decision, score: decision.score + Number.EPSILON / 4 } },
      { ...record, decision: { ...decision, reasons: nudged } },
    ])
      expect((await replay(wrong, engines)).same).toBe(false);
    expect((await replay({ ...record, basis: changed }, engines)).score).not.toBe(decision.score);
  });

  test('says nothing of a policy that is not at hand, and refuses another model', async () => {
    const { decision, basis } = await judged(2);
    const record = { tenant: 'shop', decision, basis };
    expect(await replay({ ...record, basis: { ...basis, policy: 'other' } }, engines)).not.toHaveProperty(
      'policy',
    );
    const other = { ...decision, model: { ...decision.model, digest: 'other' } };
    await expect(replay({ ...record, decision: other }, engines)).rejects.toMatchObject({
      code: 'replay-impossible',
    });
    await expect(replay({ tenant: 'shop', decision }, engines)).rejects.toMatchObject({
      code: 'replay-impossible',
    });
  });
});
