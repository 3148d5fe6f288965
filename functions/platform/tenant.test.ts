import { describe, expect, test } from 'vitest';
import { configOf } from './config.ts';
import type { Caller, Tenants } from './index.ts';
import { tenantOfCaller, tenantOfSource } from './tenant.ts';

const tenants: Tenants = {
  claim: 'tenant',
  clients: { 'shop-app': 'shop' },
  sources: { 'shop.example': 'shop' },
  default: 'default',
};
const caller = (claims: Record<string, unknown> = {}, clientId?: string): Caller => ({
  scopes: [],
  claims,
  ...(clientId ? { clientId } : {}),
});

describe('the tenant of a caller', () => {
  test('comes from the claim, then the client, then the default', () => {
    expect(tenantOfCaller(caller({ tenant: 'bank' }, 'shop-app'), tenants, false).tenant).toBe('bank');
    expect(tenantOfCaller(caller({}, 'shop-app'), tenants, false).tenant).toBe('shop');
    expect(tenantOfCaller(caller(), tenants, false)).toEqual({ tenant: 'default', fromBody: false });
  });

  test('a bound caller may name its own tenant and no other', () => {
    expect(tenantOfCaller(caller({ tenant: 'bank' }), tenants, false, 'bank').tenant).toBe('bank');
    expect(() => tenantOfCaller(caller({ tenant: 'bank' }), tenants, false, 'shop')).toThrow(
      expect.objectContaining({ code: 'tenant-mismatch', status: 403 }),
    );
  });

  test('the unbound claim counts only where the deployment allows it', () => {
    const unbound = caller({ tenant: '*' });
    expect(tenantOfCaller(unbound, tenants, true, 'shop')).toEqual({ tenant: 'shop', fromBody: true });
    expect(tenantOfCaller(unbound, tenants, false)).toEqual({ tenant: 'default', fromBody: false });
    expect(() => tenantOfCaller(unbound, tenants, false, 'shop')).toThrow(
      expect.objectContaining({ code: 'tenant-mismatch' }),
    );
  });

  test('names that could break a key are refused', () => {
    for (const name of ['a#b', '', '-x', 'x'.repeat(65), '../etc', 'a b'])
      expect(() => tenantOfCaller(caller({ tenant: '*' }), tenants, true, name)).toThrow(
        expect.objectContaining({ code: 'tenant-invalid', status: 400 }),
      );
  });

  test('a name that would break a key is refused in the map of a deployment', () => {
    const TENANTS = (tenant: string) => JSON.stringify({ sources: { 'shop.example': tenant } });
    expect(configOf({ TENANTS: TENANTS('shop') }, ['TENANTS']).TENANTS.sources).toEqual({
      'shop.example': 'shop',
    });
    expect(() => configOf({ TENANTS: TENANTS('shop#1') }, ['TENANTS'])).toThrow(
      expect.objectContaining({ code: 'config-invalid' }),
    );
  });

  test('inherited members of the maps are nobody', () => {
    expect(tenantOfCaller(caller({}, 'constructor'), tenants, false).tenant).toBe('default');
    expect(tenantOfSource('toString', tenants).tenant).toBe('default');
    expect(tenantOfSource('shop.example', tenants).tenant).toBe('shop');
    expect(tenantOfSource(42, tenants).tenant).toBe('default');
  });
});
