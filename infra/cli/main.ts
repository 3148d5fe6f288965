import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeptPolicies } from '../../functions/decisions/keep-policies.ts';
import type { LoggedDecision } from '../../functions/decisions/log.ts';
import { auditLog } from '../../functions/decisions/log-audit.ts';
import type { Integrity } from '../../functions/decisions/log-seal.ts';
import { ocsfOf } from '../../functions/decisions/ocsf.ts';
import { loadPolicies, type PolicyDecisionPoint } from '../../functions/decisions/policy.ts';
import { replay } from '../../functions/decisions/replay.ts';
import { reportPlot, reportText, shadowReport } from '../../functions/decisions/shadow-report.ts';
import { CountersignError } from '../../functions/platform/errors.ts';
import { readAsset } from '../../functions/platform/index.ts';
import { loadScorer } from '../../functions/risk/index.ts';
import { type OperatorApi, operatorApi } from './api.ts';
import { bytesOf, linesIn, textOf } from './archive-files.ts';
import { explain } from './explain.ts';
import { issuers } from './issuers.ts';
import { labelsOf } from './labels.ts';
import { policies } from './policies.ts';

const USAGE = `Usage: npx countersign <command>

  policies --help               policies without a deployment: show, try, add, activate, rollback
  explain <eventId>             says what a decision rests on, reason by reason: see explain --help
  replay <eventId> … [--model <folder>]
                                makes decisions again from their records, and compares bit for bit; with the model
                                of a folder, where they were made with another one than this
  verify                        checks the latest part of the log: its chains, and the latest sealed root
  verify --archive <folder> [--root <file>]
                                checks a whole archive of the log, and against a root that you kept
  ocsf [--days <n>]             writes the log as OCSF events, one JSON a line
  labels                        writes what people said of decisions, one JSON a line, to train from
  shadow-report [--days <n>] [--out <folder>]
                                says what enforcement would have done, in numbers and as a plot
  issuers --help                whom to trust to issue credentials: list, show, trust, revoke

  key, holder, request, issue, prove, verify --credential <file>, inspect
                                issue, derive and verify zero-knowledge credentials: see issue --help

COUNTERSIGN_URL (http://127.0.0.1:4000), COUNTERSIGN_TOKEN (that of local mode) and COUNTERSIGN_TENANT say where.
MODEL_KEYS names the public keys that sign the model, where they are your own.
`;

const DAY_MS = 86_400_000;

/** The model of this release, or of a folder with its `risk.onnx` and `risk.manifest.json`. */
const scorerOf = async (folder: string | undefined) => {
  const file = (name: string) =>
    folder === undefined ? readAsset(name) : Promise.resolve(bytesOf(join(folder, name)));
  const [model, manifest, wasmBinary] = await Promise.all([
    file('risk.onnx'),
    file('risk.manifest.json'),
    readAsset('ort-wasm-simd-threaded.wasm'),
  ]);
  return loadScorer({
    model,
    manifest: JSON.parse(manifest.toString('utf8')),
    wasmBinary,
    ...(process.env.MODEL_KEYS ? { keys: process.env.MODEL_KEYS.split(',') } : {}),
  });
};

/** The policies that were kept with a decision. What they ask of wallets decides nothing: it is not replayed. */
const policiesOf = async (kept: KeptPolicies | undefined): Promise<PolicyDecisionPoint | undefined> =>
  kept && loadPolicies(await readAsset('cedar_wasm_bg.wasm'), { ...kept, queries: {}, asks: {} });

const replayAll = async (
  api: OperatorApi,
  ids: readonly string[],
  model: string | undefined,
  say: (line: string) => void,
) => {
  const scorer = await scorerOf(model);
  const sets = new Map<string, PolicyDecisionPoint | undefined>();
  let same = true;
  for (const id of ids) {
    const record = await api.get<LoggedDecision & { policies?: KeptPolicies }>(
      `/v1/decisions/${encodeURIComponent(id)}/record`,
    );
    const digest = record.basis?.policy ?? '';
    if (!sets.has(digest)) sets.set(digest, await policiesOf(record.policies));
    const pdp = sets.get(digest);
    const again = await replay(record, { scorer, ...(pdp ? { pdp } : {}) });
    same &&= again.same && (again.policy?.same ?? true) && (again.evidence?.same ?? true);
    const policy = again.policy
      ? `policy says ${again.policy.outcome}${again.policy.same ? ', as then' : `, then ${record.decision.outcome}`}`
      : 'the policy of then is not at hand';
    say(
      `${id}: score ${again.score} ${again.same ? 'is the recorded one, bit for bit' : `is not ${record.decision.score}`}; ${policy}`,
    );
  }
  return same ? 0 : 1;
};

/** The decisions of the log, newest first, as far back as asked. */
async function* decisionsOf(api: OperatorApi, days: number): AsyncGenerator<LoggedDecision> {
  const since = new Date(Date.now() - days * DAY_MS).toISOString();
  for await (const { type, time, payload } of api.log()) {
    if (type === 'decision' && payload !== undefined && time >= since) yield payload as LoggedDecision;
  }
}

const optionOf = (options: readonly string[], name: string): string | undefined => {
  const at = options.indexOf(`--${name}`);
  return at < 0 ? undefined : options[at + 1];
};

const verify = async (api: OperatorApi, options: readonly string[], say: (line: string) => void) => {
  const found = await api.get<Integrity>('/v1/log/integrity');
  const archive = optionOf(options, 'archive');
  const kept = optionOf(options, 'root');
  const checked =
    archive === undefined
      ? found
      : await auditLog(linesIn(archive), found.key, kept === undefined ? [] : [textOf(kept)]);
  say(JSON.stringify(checked, undefined, 2));
  return checked.whole ? 0 : 1;
};

const report = async (
  api: OperatorApi,
  days: number,
  out: string | undefined,
  say: (line: string) => void,
) => {
  const decisions = [];
  for await (const { decision } of decisionsOf(api, days)) decisions.push(decision);
  const made = shadowReport(decisions);
  if (out === undefined) say(reportText(made));
  else {
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, 'shadow-report.md'), `${reportText(made)}\n![per day](shadow-report.svg)\n`);
    writeFileSync(join(out, 'shadow-report.svg'), reportPlot(made));
    writeFileSync(join(out, 'shadow-report.json'), `${JSON.stringify(made, undefined, 2)}\n`);
    say(`Wrote shadow-report.md, .svg and .json to ${out}`);
  }
  return 0;
};

/** What an operator runs by hand. @returns the exit code. */
export const main = async (
  [command, ...options]: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
  say: (line: string) => void = (line) => console.log(line),
): Promise<number> => {
  const days = Number(optionOf(options, 'days') ?? 30);
  try {
    if (command === 'replay' && options.length > 0) {
      const model = optionOf(options, 'model');
      const at = options.indexOf('--model');
      const ids = at < 0 ? options : options.toSpliced(at, 2);
      return await replayAll(operatorApi(environment), ids, model, say);
    }
    if (command === 'explain') return await explain(options, environment, say);
    if (command === 'policies') return await policies(options, environment, say);
    if (command === 'issuers') return await issuers(options, environment, say);
    if (command === 'verify') return await verify(operatorApi(environment), options, say);
    if (command === 'ocsf' && days > 0) {
      for await (const decision of decisionsOf(operatorApi(environment), days))
        for (const event of ocsfOf(decision)) say(JSON.stringify(event));
      return 0;
    }
    if (command === 'labels') {
      for await (const label of labelsOf(operatorApi(environment))) say(JSON.stringify(label));
      return 0;
    }
    if (command === 'shadow-report' && days > 0)
      return await report(operatorApi(environment), days, optionOf(options, 'out'), say);
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error;
    say(error.message);
    return 1;
  }
  say(USAGE);
  return command === undefined || command === '--help' ? 0 : 2;
};
