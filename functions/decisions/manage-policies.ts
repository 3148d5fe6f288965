import { compileOver } from './active-policies.ts';
import { questionOf } from './basis.ts';
import type { CompiledPolicies } from './compile-policies.ts';
import type { Outcome } from './decision.ts';
import { DecisionError } from './decision-error.ts';
import type { LoggedDecision } from './log.ts';
import { loadPolicies, type PolicyDecisionPoint } from './policy.ts';
import { checkPolicies } from './policy-check.ts';
import {
  activeVersion,
  type PolicyHistory,
  type PolicyVersion,
  type PolicyVersions,
} from './policy-versions.store.ts';

/** What managing policies needs from outside. */
export interface PolicyDeps {
  readonly versions: PolicyVersions;
  readonly own: () => Promise<{
    readonly wasm: Uint8Array<ArrayBuffer>;
    readonly compiled: CompiledPolicies;
  }>;
  /** Processing time, ms. */
  readonly clock: () => number;
}

/** A policy set as an operator proposes it. */
export type ProposedPolicies = Pick<PolicyVersion, 'policies' | 'over' | 'queries'>;

const WRITE_ATTEMPTS = 8;
/** Activations that are remembered. */
const HISTORY = 100;

/**
 * Compiles, validates and tries a proposed set.
 *
 * @throws DecisionError `policy-invalid` (422), saying what is wrong.
 */
export const loadProposed = async (
  deps: PolicyDeps,
  tenant: string,
  proposed: ProposedPolicies,
): Promise<PolicyDecisionPoint> => {
  const { wasm, compiled } = await deps.own();
  const pdp = await loadPolicies(wasm, await compileOver(wasm, compiled, proposed));
  checkPolicies(pdp, tenant);
  return pdp;
};

const contended = () =>
  new DecisionError('store-unavailable', 'The policies are written too often at once', { status: 503 });

/** Puts a valid set on record, as the next version. It decides nothing until it is activated. */
export const addVersion = async (
  deps: PolicyDeps,
  tenant: string,
  proposed: ProposedPolicies & { readonly comment?: string },
  by: string,
): Promise<PolicyVersion> => {
  const { digest } = await loadProposed(deps, tenant, proposed);
  for (let attempt = 0; attempt < WRITE_ATTEMPTS; attempt++) {
    const history = await deps.versions.history(tenant);
    const latest = history.latest + 1;
    const version: PolicyVersion = {
      ...proposed,
      version: latest,
      digest,
      by,
      time: new Date(deps.clock()).toISOString(),
    };
    const first = await deps.versions.putVersion(tenant, version);
    // Taken: by another writer, or by one that a crash kept from counting it. Either way it is counted now.
    const counted = await deps.versions.putHistory(tenant, {
      ...history,
      revision: history.revision + 1,
      latest,
    });
    if (first) {
      if (counted || (await deps.versions.history(tenant)).latest >= latest) return version;
    }
  }
  throw contended();
};

/**
 * Makes a version the one that decides; 0 is the deployment's own set. It is validated again, for the schema may have
 * grown since.
 *
 * @throws DecisionError `policy-unknown` (404), `policy-invalid` (422)
 */
export const activateVersion = async (
  deps: PolicyDeps,
  tenant: string,
  number: number,
  by: string,
): Promise<PolicyHistory> => {
  if (number !== 0) {
    const version = await deps.versions.version(tenant, number);
    if (!version) throw new DecisionError('policy-unknown', 'There is no such version', { status: 404 });
    await loadProposed(deps, tenant, version);
  }
  for (let attempt = 0; attempt < WRITE_ATTEMPTS; attempt++) {
    const history = await deps.versions.history(tenant);
    if (activeVersion(history) === number) return history;
    const next = {
      ...history,
      revision: history.revision + 1,
      activations: [
        ...history.activations,
        { version: number, by, time: new Date(deps.clock()).toISOString() },
      ].slice(-HISTORY),
    };
    if (await deps.versions.putHistory(tenant, next)) return next;
  }
  throw contended();
};

/** Goes back to the version that was active before. */
export const rollBack = async (deps: PolicyDeps, tenant: string, by: string): Promise<PolicyHistory> => {
  const { activations } = await deps.versions.history(tenant);
  return activateVersion(deps, tenant, activations.at(-2)?.version ?? 0, by);
};

/** What another policy would have said of decisions that were made. */
export interface DryRun {
  readonly decisions: number;
  readonly changed: number;
  /** How many would go from one outcome to another. */
  readonly changes: readonly { readonly from: Outcome; readonly to: Outcome; readonly count: number }[];
  /** Some of them. */
  readonly examples: readonly {
    readonly eventId: string;
    readonly score: number;
    readonly from: Outcome;
    readonly to: Outcome;
    readonly determining: readonly string[];
  }[];
}

/** How many changed decisions are shown. */
const EXAMPLES = 20;

/**
 * Asks a policy set about decisions that were made, from what was recorded of them. Nothing is written.
 */
export const dryRun = (pdp: PolicyDecisionPoint, decisions: Iterable<LoggedDecision>): DryRun => {
  const counts = new Map<string, { from: Outcome; to: Outcome; count: number }>();
  const examples: DryRun['examples'][number][] = [];
  let [asked, changed] = [0, 0];
  for (const { tenant, decision, basis } of decisions) {
    if (!basis) continue;
    asked++;
    const from = decision.resolution?.from ?? decision.outcome;
    const { outcome: to, determining } = pdp.decide(questionOf(tenant, decision, basis));
    if (to === from) continue;
    changed++;
    const known = counts.get(`${from} ${to}`) ?? { from, to, count: 0 };
    counts.set(`${from} ${to}`, { ...known, count: known.count + 1 });
    if (examples.length < EXAMPLES)
      examples.push({ eventId: decision.eventId, score: decision.score, from, to, determining });
  }
  return {
    decisions: asked,
    changed,
    changes: [...counts.values()].sort((a, b) => b.count - a.count),
    examples,
  };
};
