import { describe, expect, it } from 'vitest';
import type { Baseline } from '../baselines/index.ts';
import { anonymizedIPAddress } from './anonymized-ip-address.ts';
import { deviceTenure } from './device-tenure.ts';
import { factorStrength } from './factor-strength.ts';
import { leakedCredential } from './leaked-credential.ts';
import { liveness } from './liveness.ts';
import { networkTenure } from './network-tenure.ts';
import { resourceSensitivity } from './resource-sensitivity.ts';
import { suspiciousAgent } from './suspicious-agent.ts';
import { BERLIN, contextOf, PARIS, taught, valueFrom, whyNot } from './testing/context.ts';
import { unfamiliarFeatures } from './unfamiliar-features.ts';

const service = { subject: { id: 'deploy', kind: 'service', roles: [] } } as const;

describe('anonymizedIPAddress', () => {
  it('grows from access networks over hosting and VPN to Tor', () => {
    const values = (['unknown', 'relay', 'hosting', 'vpn', 'tor'] as const).map((cls) =>
      valueFrom(anonymizedIPAddress, contextOf({ network: { ...BERLIN, class: cls } })),
    );
    expect(values).toEqual([0, 0.25, 0.5, 0.75, 1]);
  });

  it('finds a service at home in hosting, not in Tor', () => {
    const hosted = contextOf({ event: service, network: { ...BERLIN, class: 'hosting' } });
    expect(valueFrom(anonymizedIPAddress, hosted)).toBe(0);
    expect(valueFrom(anonymizedIPAddress, { ...hosted, network: { ...BERLIN, class: 'tor' } })).toBe(1);
  });

  it('says nothing of private networks', () => {
    expect(whyNot(anonymizedIPAddress, contextOf({ network: { ...BERLIN, class: 'reserved' } }))).toContain(
      'private',
    );
  });
});

describe('suspiciousAgent', () => {
  const withAgent = (userAgent: string) => contextOf({ event: { agent: { userAgent } } });
  it('tells browsers, unknown strings and tools apart', () => {
    expect(valueFrom(suspiciousAgent, contextOf())).toBe(0);
    expect(valueFrom(suspiciousAgent, withAgent('MyBankApp'))).toBe(0.5);
    expect(valueFrom(suspiciousAgent, withAgent('python-requests/2.32.3'))).toBe(1);
  });

  it('leaves services and absent agents alone', () => {
    expect(whyNot(suspiciousAgent, contextOf({ event: service }))).toContain('not a person');
    expect(whyNot(suspiciousAgent, contextOf({ event: { agent: {} } }))).toContain('no agent');
  });
});

describe('factorStrength', () => {
  it('is that of the strongest factor', () => {
    expect(valueFrom(factorStrength, contextOf({ event: { factors: ['password'] } }))).toBe(1);
    expect(valueFrom(factorStrength, contextOf({ event: { factors: ['password', 'security_key'] } }))).toBe(
      5,
    );
  });

  it('is not evaluable when none is stated', () => {
    expect(whyNot(factorStrength, contextOf({ event: { factors: [] } }))).toContain('no factor');
  });
});

describe('unfamiliarFeatures', () => {
  const subject = taught(10);
  it('is the share of properties that are new', () => {
    expect(valueFrom(unfamiliarFeatures, contextOf({ subject }))).toBe(0);
    expect(valueFrom(unfamiliarFeatures, contextOf({ subject, event: { agent: { deviceId: 'd-2' } } }))).toBe(
      1 / 4,
    );
    const other = { subject, network: PARIS, event: { agent: { deviceId: 'd-2', userAgent: 'curl/8' } } };
    expect(valueFrom(unfamiliarFeatures, contextOf(other))).toBe(1);
  });

  it('is not evaluable with a single property to compare', () => {
    const { network: _, ...bare } = contextOf({ subject });
    const single = { ...bare, observation: { ...bare.observation, keys: { device: 'x' } } };
    expect(whyNot(unfamiliarFeatures, single)).toContain('too few');
  });
});

describe('tenure', () => {
  it('counts days of use, 0 for what is new', () => {
    const subject = taught(12);
    expect(valueFrom(deviceTenure, contextOf({ subject }))).toBe(12);
    expect(valueFrom(networkTenure, contextOf({ subject }))).toBe(12);
    expect(valueFrom(networkTenure, contextOf({ subject, network: PARIS }))).toBe(0);
    expect(whyNot(deviceTenure, contextOf({ event: { agent: {} } }))).toContain('no device');
  });
});

describe('resourceSensitivity', () => {
  const payroll = { id: 'payroll', sensitivity: 'high' } as const;
  const clerk = taught(30, { event: { resource: payroll } });
  it('is high for a rare sensitive resource, near 0 for one opened every day, and 0 for an open one', () => {
    const rare = contextOf({ subject: clerk, event: { resource: { id: 'keys', sensitivity: 'high' } } });
    const open = contextOf({ subject: clerk, event: { resource: { id: 'keys', sensitivity: 'low' } } });
    expect(valueFrom(resourceSensitivity, rare)).toBeGreaterThan(0.5);
    expect(
      valueFrom(resourceSensitivity, contextOf({ subject: clerk, event: { resource: payroll } })),
    ).toBeLessThan(0.01);
    expect(valueFrom(resourceSensitivity, open)).toBe(0);
  });

  it('says nothing of what is rare where nobody has a history, but backs off to others', () => {
    const stranger = contextOf({ event: { resource: payroll } });
    expect(whyNot(resourceSensitivity, stranger)).toBe('no history yet');
    const among = (tenant: Baseline) => valueFrom(resourceSensitivity, { ...stranger, tenant });
    expect(among(taught(60, { event: { resource: payroll } }))).toBeLessThan(0.1);
    expect(among(taught(60, { event: { resource: { id: 'wiki' } } }))).toBeGreaterThan(0.4);
  });

  it('is not evaluable when sensitivity is not stated', () => {
    expect(whyNot(resourceSensitivity, contextOf({ event: { resource: { id: 'payroll' } } }))).toContain(
      'sensitivity',
    );
  });
});

describe('supplied evidence', () => {
  const withEvidence = (...evidence: readonly { type: string; score?: number }[]) =>
    contextOf({ event: { evidence } });

  it.each(['leaked_credential', 'leakedCredentials', 'breached-password', 'pwd_leak'])(
    'takes %s for a leak',
    (type) => {
      expect(valueFrom(leakedCredential, withEvidence({ type }))).toBe(1);
    },
  );

  it('takes the strongest of several, and 0 for "looked and found nothing"', () => {
    const both = withEvidence(
      { type: 'leaked_credential', score: 0.2 },
      { type: 'leaked_credential', score: 0.7 },
    );
    expect(valueFrom(leakedCredential, both)).toBe(0.7);
    expect(valueFrom(leakedCredential, withEvidence({ type: 'leaked_credential', score: 0 }))).toBe(0);
  });

  it("takes the provider's own finding", () => {
    const event = { outcome: 'failure', failureReason: 'leaked_credential' } as const;
    expect(valueFrom(leakedCredential, contextOf({ event }))).toBe(1);
  });

  it('takes the weakest liveness score', () => {
    const twice = withEvidence({ type: 'liveness', score: 0.9 }, { type: 'liveness', score: 0.4 });
    expect(valueFrom(liveness, twice)).toBe(0.4);
  });

  it.each([leakedCredential, liveness])('$code is not evaluable when nobody brought any', (signal) => {
    expect(whyNot(signal, withEvidence({ type: 'unrelated', score: 1 }))).toContain('no such evidence');
  });
});
