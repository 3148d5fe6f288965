import { recoverable } from '../platform/index.ts';
import { type CompiledPolicies, compilePolicies } from './compile-policies.ts';
import { loadPolicies, type PolicyDecisionPoint } from './policy.ts';
import type { PolicyVersion } from './policy-versions.store.ts';

/** How long a policy may go on deciding after another one was activated, ms. */
export const POLICY_CACHE_MS = 30_000;

/** The deployment's own policies, ready to decide and to be built upon. */
export interface OwnPolicies {
  readonly wasm: Uint8Array<ArrayBuffer>;
  readonly compiled: CompiledPolicies;
  readonly pdp: PolicyDecisionPoint;
}

/** Loads the policies that a function was bundled with. */
export const loadOwnPolicies = async (
  readAsset: (name: string) => Promise<Buffer<ArrayBuffer>>,
): Promise<OwnPolicies> => {
  const [wasm, json] = await Promise.all([readAsset('cedar_wasm_bg.wasm'), readAsset('policies.json')]);
  const compiled: CompiledPolicies = JSON.parse(json.toString('utf8'));
  return { wasm, compiled, pdp: await loadPolicies(wasm, compiled) };
};

/** What finding the active policies needs from outside. */
export interface ActivePolicyDeps {
  /** Loads the deployment's own; called at once, and again after a failure. */
  readonly loadOwn: () => Promise<OwnPolicies>;
  readonly active: (tenant: string) => Promise<PolicyVersion | undefined>;
  /** Processing time, ms. */
  readonly clock: () => number;
  /** Told when a fresh look failed and what is known goes on deciding. */
  readonly onFailure: (error: unknown) => void;
}

interface Known {
  readonly pdp: PolicyDecisionPoint;
  readonly version: number;
  /** When it was last looked at, ms. */
  checkedAt: number;
}

/**
 * The policies that are active for a tenant, through a short cache. A process that knows them looks again in the
 * background, so that deciding waits for no read; only the first decision of a tenant in a process does. When the
 * store cannot be read then, there is no answer, and the configured fallback decides.
 *
 * @returns the decision point of a tenant.
 * @throws DecisionError `policy-unavailable`, `policy-invalid`, `store-unavailable`
 */
export const activePolicies = (
  deps: ActivePolicyDeps,
): ((tenant: string) => Promise<PolicyDecisionPoint>) => {
  const own = recoverable(deps.loadOwn);
  const known = new Map<string, Known>();
  const looking = new Map<string, Promise<Known>>();
  const look = async (tenant: string): Promise<Known> => {
    const [base, active] = await Promise.all([own(), deps.active(tenant)]);
    const before = known.get(tenant);
    const version = active?.version ?? 0;
    const pdp =
      before?.version === version
        ? before.pdp
        : active
          ? await loadPolicies(base.wasm, await compileOver(base.wasm, base.compiled, active))
          : base.pdp;
    const found = { pdp, version, checkedAt: deps.clock() };
    known.set(tenant, found);
    return found;
  };
  const lookOnce = (tenant: string): Promise<Known> => {
    const under = looking.get(tenant);
    if (under) return under;
    const fresh = look(tenant).finally(() => looking.delete(tenant));
    looking.set(tenant, fresh);
    return fresh;
  };
  return async (tenant) => {
    const found = known.get(tenant);
    if (!found) return (await lookOnce(tenant)).pdp;
    if (deps.clock() - found.checkedAt >= POLICY_CACHE_MS)
      lookOnce(tenant).catch((error) => {
        found.checkedAt = deps.clock();
        deps.onFailure(error);
      });
    return found.pdp;
  };
};

/** Compiles a version on top of the deployment's own policies, or in their place. */
export const compileOver = (
  wasm: Uint8Array<ArrayBuffer>,
  own: CompiledPolicies,
  { policies, over, queries }: Pick<PolicyVersion, 'policies' | 'over' | 'queries'>,
): Promise<CompiledPolicies> =>
  compilePolicies(wasm, {
    policies: over === 'default' ? Object.values(own.policies).join('\n') : policies,
    ...(over === 'default' ? { overrides: policies } : {}),
    schema: own.schema,
    queries: own.queries,
    ...(queries ? { ownQueries: queries } : {}),
  });
