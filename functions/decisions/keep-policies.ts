import { compileOver } from './active-policies.ts';
import type { CompiledPolicies } from './compile-policies.ts';
import type { LogStore } from './log.store.ts';
import { policyDigest } from './policy.ts';
import type { PolicyVersion } from './policy-versions.store.ts';

/** What a decision is replayed with: the policies that were asked, as they were compiled. */
export type KeptPolicies = Pick<CompiledPolicies, 'policies' | 'schema'>;

/** What keeping policies needs from outside. */
export interface KeepPoliciesDeps {
  readonly log: Pick<LogStore, 'policies' | 'putPolicies'>;
  /** The deployment's own set. */
  readonly own: () => Promise<CompiledPolicies>;
  /** Cedar; asked for only where a tenant has a set of its own. */
  readonly wasm: () => Promise<Uint8Array<ArrayBuffer>>;
  /** The version that is active for a tenant. */
  readonly active: (
    tenant: string,
  ) => Promise<Pick<PolicyVersion, 'policies' | 'over' | 'queries'> | undefined>;
}

/**
 * Puts the policies that a decision was made with beside the log, under their digest and once, so that the decision
 * can be replayed whatever is deployed or activated later. Every decision passes here within seconds, while its
 * policies are still at hand.
 *
 * @returns takes the tenant and the digest of a decision's policies; true when they are on record.
 */
export const keepPolicies = (deps: KeepPoliciesDeps) => {
  const known = new Set<string>();
  return async (tenant: string, digest: string): Promise<boolean> => {
    if (known.has(digest)) return true;
    let isKept = (await deps.log.policies(digest)) !== undefined;
    if (!isKept) {
      const own = await deps.own();
      const active = policyDigest(own) === digest ? undefined : await deps.active(tenant);
      const compiled = active ? await compileOver(await deps.wasm(), own, active) : own;
      isKept = policyDigest(compiled) === digest;
      const { policies, schema } = compiled;
      if (isKept) await deps.log.putPolicies(digest, { policies, schema });
    }
    if (isKept) known.add(digest);
    return isKept;
  };
};
