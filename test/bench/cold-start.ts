import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLambdaHost } from '../../infra/local/lambda-host.ts';
import type { HostedFunction } from '../../infra/local/lambda-host-function.ts';
import type { RunningTemplate } from '../../infra/local/run-template.ts';
import { type Figure, quantile } from './figure.ts';
import { sampleEvent } from './sample-events.ts';

const RUNS = 7;

/** A request of the HTTP API as the gateway would hand it to the score function. */
const request = (index: number) => ({
  version: '2.0',
  routeKey: 'POST /v1/evaluate',
  rawPath: '/v1/evaluate',
  rawQueryString: '',
  headers: { 'content-type': 'application/json' },
  requestContext: {
    http: { method: 'POST', path: '/v1/evaluate' },
    authorizer: { jwt: { claims: { tenant: 'default' }, scopes: ['countersign/evaluate'] } },
  },
  body: JSON.stringify(sampleEvent(index, 'cold')),
  isBase64Encoded: false,
});

const fromNothing = async (
  hosted: HostedFunction,
  local: RunningTemplate,
  logs: string,
  index: number,
): Promise<{ total: number; process: number; init: number; first: number }> => {
  const host = startLambdaHost([hosted], {
    region: 'us-east-1',
    awsEndpoint: local.urls.aws,
    dynamodbEndpoint: local.urls.dynamodb,
    logs,
  });
  try {
    const answer = await host.invoke(hosted.name, request(index));
    if (answer.functionError || !answer.coldStart) throw new Error(`cold start failed: ${answer.payload}`);
    const { processMs, initMs } = answer.coldStart;
    return {
      total: processMs + initMs + answer.durationMs,
      process: processMs,
      init: initMs,
      first: answer.durationMs,
    };
  } finally {
    await host.stop();
  }
};

/** From the start of a process to its first decision, geo data included, beside an empty handler. */
export const coldStartFigures = async (local: RunningTemplate): Promise<Figure[]> => {
  const score = local.host.functions.find((hosted) => hosted.name.endsWith('-score'))!;
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
  try {
    writeFileSync(join(folder, 'index.mjs'), 'export const handler = async () => ({ statusCode: 204 });\n');
    const empty = { ...score, name: 'empty', directory: folder, handler: 'index.handler' };
    const logs = join(folder, 'logs');
    const ours: Awaited<ReturnType<typeof fromNothing>>[] = [];
    const floor: typeof ours = [];
    for (let run = 0; run < RUNS; run++) {
      ours.push(await fromNothing(score, local, logs, run));
      floor.push(await fromNothing(empty, local, logs, run));
    }
    const median = (runs: typeof ours, part: keyof (typeof ours)[number]) =>
      quantile(
        runs.map((run) => run[part]),
        0.5,
      );
    const figure = (name: string, part: keyof (typeof ours)[number], goal?: string): Figure => ({
      name,
      value: median(ours, part),
      unit: 'ms',
      peer: { name: 'an empty handler', value: median(floor, part) },
      ...(goal ? { goal } : {}),
    });
    return [
      figure('process start to first decision', 'total', '≤ 800 ms'),
      {
        name: `  the same, best of ${RUNS}`,
        value: Math.min(...ours.map((run) => run.total)),
        unit: 'ms',
        peer: { name: 'an empty handler', value: Math.min(...floor.map((run) => run.total)) },
      },
      figure('  the process itself', 'process'),
      figure('  loading the bundle', 'init'),
      figure('  first decision, waiting for its parts', 'first'),
      ...partFigures(join(logs, `${score.name}.log`)),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** The parts that load at once during a cold start, from the function's own log. */
const partFigures = (log: string): Figure[] => {
  const runs = readFileSync(log, 'utf8')
    .split('\n')
    .flatMap((line) => (line.includes('"Cold start"') ? [JSON.parse(line.slice(line.indexOf('{')))] : []))
    .map((line: { parts: Record<string, number> }) => line.parts);
  return ['model', 'policy', 'geoData', 'secret'].map((part) => ({
    name: `    at once: ${part}`,
    value: quantile(
      runs.map((parts) => parts[part] ?? Number.NaN),
      0.5,
    ),
    unit: 'ms',
  }));
};
