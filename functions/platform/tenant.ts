import { TENANT_NAME, type Tenants } from './config.ts';
import { CountersignError } from './errors.ts';
import type { Caller } from './http.ts';

/** A resolved tenant; `fromBody` only for local mode's development token. */
export interface TenantBinding {
  readonly tenant: string;
  readonly fromBody: boolean;
}

/**
 * The name of a tenant, where a caller chose it.
 *
 * @param field where the caller wrote it.
 * @throws CountersignError `tenant-invalid` (400)
 */
export const tenantName = (tenant: string, field = 'tenant'): string => {
  if (!TENANT_NAME.test(tenant))
    throw new CountersignError('tenant-invalid', 'The tenant is not a valid name', {
      status: 400,
      fields: [{ field, problem: 'must be 1-64 letters, digits, dots, underscores or hyphens' }],
    });
  return tenant;
};

/**
 * The tenant of a caller of the HTTP API: the token's claim, or the map of client ids, or the default.
 * The claim `*` means "unbound" and counts only where the deployment allows it (local mode): there the body or
 * `?tenant=` decides.
 *
 * @param requested the `?tenant=` of a read.
 * @throws CountersignError `tenant-mismatch` (403) when a bound caller asks for another tenant.
 */
export const tenantOfCaller = (
  caller: Caller,
  tenants: Tenants,
  unboundAllowed: boolean,
  requested?: string,
): TenantBinding => {
  const claim = caller.claims[tenants.claim];
  if (claim === '*' && unboundAllowed)
    return { tenant: tenantName(requested ?? tenants.default), fromBody: true };
  const mapped = caller.clientId === undefined ? undefined : own(tenants.clients, caller.clientId);
  const tenant = tenantName(typeof claim === 'string' && claim !== '*' ? claim : (mapped ?? tenants.default));
  if (requested !== undefined && requested !== tenant)
    throw new CountersignError('tenant-mismatch', 'The token belongs to another tenant', { status: 403 });
  return { tenant, fromBody: false };
};

/** The tenant of a bus event: the map of sources, or the default. */
export const tenantOfSource = (source: unknown, tenants: Tenants): TenantBinding => ({
  tenant: (typeof source === 'string' ? own(tenants.sources, source) : undefined) ?? tenants.default,
  fromBody: false,
});

const own = (map: Readonly<Record<string, string>>, key: string): string | undefined =>
  Object.hasOwn(map, key) ? map[key] : undefined;
