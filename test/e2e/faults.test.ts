import { appendFileSync, cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Baseline, baselineIn, baselineStore } from '../../functions/baselines/index.ts';
import { decisionStore } from '../../functions/decisions/decisions.store.ts';
import { subjectKey } from '../../functions/decisions/keys.ts';
import { DEVELOPMENT_KEY } from '../../functions/risk/index.ts';
import { newSigningKey } from '../../models/signing/sign-manifest.ts';
import { assemblyForTests, type LocalModeForTest, startLocalMode } from '../local-mode.ts';
import { appOf, eventually, nativeEvent } from './client.ts';

let folder: string;
let assembly: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-faults-'));
  assembly = await assemblyForTests();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const storesOf = (local: LocalModeForTest) => {
  const client = new DynamoDBClient({
    endpoint: local.urls.dynamodb,
    region: 'us-east-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  });
  const name = (part: string) =>
    local.template.ofType('AWS::DynamoDB::Table').find((table) => table.logicalId.includes(part))!.ref;
  const baselines = baselineStore(client, name('Baselines'), Date.now);
  return {
    decisions: decisionStore(client, name('Decisions'), Date.now),
    baselines,
    baselineOf: async (subject: string): Promise<Baseline | undefined> => {
      const key = subjectKey('default', subject);
      return baselineIn((await baselines.read([key])).get(key));
    },
    close: () => client.destroy(),
  };
};

const withLocalMode = async (
  options: Parameters<typeof startLocalMode>[0],
  work: (
    local: LocalModeForTest,
    app: ReturnType<typeof appOf>,
    stores: ReturnType<typeof storesOf>,
  ) => Promise<void>,
) => {
  const local = await startLocalMode({ assembly, ...options });
  const app = appOf(local);
  const stores = storesOf(local);
  try {
    await work(local, app, stores);
  } finally {
    app.close();
    stores.close();
    await local.end();
  }
};

describe('exactly-once effect', () => {
  test('events duplicated, delayed and reordered on the bus are each decided and learned once', async () => {
    const chaos = { seed: 7, duplicate: 0.5, delay: 0.5, delayMs: 300, reorder: 0.3 };
    await withLocalMode({ chaos }, async (_, app, stores) => {
      const ids = Array.from({ length: 40 }, (_, index) => `chaos-${index}`);
      for (const id of ids) await app.put(nativeEvent(id, { subject: { id: 'chaotic' } }));
      for (const id of ids) await eventually(async () => (await app.decision(id)).status === 200);
      const { subject } = (await app.decision(ids[0]!)).body;
      const baseline = await eventually(async () => {
        const found = await stores.baselineOf(subject);
        return found && found.version >= ids.length && found;
      });
      // Whatever was delivered twice has been decided by now, or is by the end of this pause.
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      expect((await stores.baselineOf(subject))?.version).toBe(ids.length);
      expect(baseline.version).toBe(ids.length);
    });
  });

  test('concurrent events of one subject lose no update', async () => {
    await withLocalMode({}, async (_, app, stores) => {
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          app.evaluate(nativeEvent(`rush-${index}`, { subject: { id: 'rushed' } })),
        ),
      );
      expect(answers.map((answer) => answer.status)).toEqual(new Array(12).fill(200));
      expect((await stores.baselineOf(answers[0]!.body.subject))?.version).toBe(12);
    });
  });

  test('what a crash left pending is taught once, told on the bus, and settled', async () => {
    await withLocalMode({}, async (local, app, stores) => {
      const whole = (await app.evaluate(nativeEvent('whole', { subject: { id: 'crashed' } }))).body;
      const key = await eventually(async () => {
        const found = (await stores.decisions.pendingBefore(Date.now() + 1, 10))[0];
        return found;
      });
      const template = (await stores.decisions.get(key))!;
      // As the function writes it before it dies: the decision, and neither the baseline nor the bus event.
      const crashed = {
        ...template,
        key: `${template.key.slice(0, -3)}zzz`,
        decision: { ...whole, eventId: 'left-behind' },
        delta: {
          ...template.delta,
          observation: { ...template.delta.observation, eventKey: 'left-behind' },
          subject: { ...template.delta.subject!, version: 1 },
        },
        pendingSince: Date.now() - 10 * 60_000,
      };
      await stores.decisions.insert(crashed);
      const told: unknown[] = [];
      local.events.observe((_, event) => {
        if ((event.detail as typeof whole).data?.eventId === 'left-behind') told.push(event);
      });
      const before = (await stores.baselineOf(whole.subject))!.version;
      const sweep = local.host.functions.find((hosted) => hosted.name.endsWith('-sweep'))!;
      for (let run = 0; run < 2; run++)
        expect((await local.host.invoke(sweep.name, {})).functionError).toBeUndefined();
      expect((await stores.baselineOf(whole.subject))!.version).toBe(before + 1);
      await eventually(() => told.length > 0);
      await eventually(async () => (await stores.decisions.get(crashed.key))?.pendingSince === undefined);
    });
  });
});

describe('degrading', () => {
  const broken = (file: string, spoil: (path: string) => void): string => {
    const copy = mkdtempSync(join(folder, 'broken-'));
    cpSync(assembly, copy, { recursive: true });
    for (const name of readdirSync(copy))
      if (name.startsWith('asset.') && existsSync(join(copy, name, file))) spoil(join(copy, name, file));
    return copy;
  };

  test.each([
    ['model', 'assets/risk.onnx', (path: string) => appendFileSync(path, 'x')],
    [
      'policy',
      'assets/policies.json',
      (path: string) => writeFileSync(path, '{"policies":{"x":"permit"},"schema":""}'),
    ],
    // Cedar itself does not load.
    ['policy', 'assets/cedar_wasm_bg.wasm', (path: string) => writeFileSync(path, 'not a module')],
    ['network', 'geo/asn-ipv4.bin', (path: string) => writeFileSync(path, 'not a table')],
  ])('a broken %s gives the fallback, says so, and teaches nothing', async (part, file, spoil) => {
    await withLocalMode({ assembly: broken(file, spoil) }, async (local, app, stores) => {
      const { status, body } = await app.evaluate(nativeEvent('degraded', { subject: { id: 'd' } }));
      expect(status).toBe(200);
      expect(body).toMatchObject({ outcome: 'step_up', degraded: [part], reasons: [] });
      expect((await app.decision('degraded')).status).toBe(404);
      expect(await stores.baselineOf(body.subject)).toBeUndefined();
      // On the bus the same event is an error, so that it is tried again.
      const score = local.host.functions.find((hosted) => hosted.name.endsWith('-score'))!;
      const failed = await local.host.invoke(score.name, {
        ...nativeEvent('degraded-bus'),
        id: 'b',
        time: new Date().toISOString(),
      });
      expect(failed.payload).toContain(`The decision is degraded: ${part}`);
      expect(failed.functionError).toMatchObject({ errorType: 'DecisionError' });
    });
  });

  test('a model that no pinned key signed gives the fallback; pinned, the same model scores', async () => {
    await withLocalMode({}, async (local) => {
      const score = local.host.functions.find((hosted) => hosted.name.endsWith('-score'))!;
      const { startLambdaHost } = await import('../../infra/local/lambda-host.ts');
      const answerWith = async (keys: string) => {
        const pinned = { ...score, environment: { ...score.environment, MODEL_KEYS: keys } };
        const host = startLambdaHost([pinned], {
          region: 'us-east-1',
          awsEndpoint: local.urls.aws,
          dynamodbEndpoint: local.urls.dynamodb,
          logs: join(local.state, 'pinned'),
        });
        const { payload } = await host.invoke(score.name, {
          headers: { 'content-type': 'application/json' },
          requestContext: { http: {}, authorizer: { jwt: { claims: {}, scopes: [] } } },
          body: JSON.stringify(nativeEvent(`pinned-${keys.length}`)),
        });
        await host.stop();
        return JSON.parse(JSON.parse(payload).body);
      };
      const own = newSigningKey().x;
      expect(await answerWith(own)).toMatchObject({ outcome: 'step_up', degraded: ['model'] });
      const scored = await answerWith(`${own},${DEVELOPMENT_KEY}`);
      expect(scored.degraded).toBeUndefined();
      expect(scored.score).toBeGreaterThan(0);
    });
  });

  test('a store that is gone gives the fallback, and the event is decided once it is back', async () => {
    await withLocalMode({}, async (local, app) => {
      await app.evaluate(nativeEvent('warm-up'));
      const score = local.host.functions.find((hosted) => hosted.name.endsWith('-score'))!;
      const { startLambdaHost } = await import('../../infra/local/lambda-host.ts');
      const cutOff = startLambdaHost([score], {
        region: 'us-east-1',
        awsEndpoint: local.urls.aws,
        // Nobody listens on the discard port.
        dynamodbEndpoint: 'http://127.0.0.1:9',
        logs: join(local.state, 'cut-off'),
      });
      const event = nativeEvent('cut-off');
      const request = {
        headers: { 'content-type': 'application/json' },
        requestContext: { http: {}, authorizer: { jwt: { claims: {}, scopes: [] } } },
        body: JSON.stringify(event),
      };
      const answer = JSON.parse((await cutOff.invoke(score.name, request)).payload);
      await cutOff.stop();
      expect(JSON.parse(answer.body)).toMatchObject({ outcome: 'step_up', degraded: ['store'] });
      const later = await app.evaluate(event);
      expect(later.body.degraded).toBeUndefined();
    });
  });
});
