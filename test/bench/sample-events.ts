import type { EventEnvelope } from '../../functions/events/index.ts';

const AGENT =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36';

/** A sign-in with every member that signals look at; `index` makes its id and time its own. */
export const sampleEvent = (
  index: number,
  subject = `u-${index % 50}`,
  from = Date.now(),
): EventEnvelope => ({
  source: 'bench.example',
  'detail-type': 'Authentication Observed',
  detail: {
    metadata: { id: `bench-${from}-${index}`, version: '1', time: new Date(from + index).toISOString() },
    data: {
      subject: { id: subject, kind: 'person', roles: ['clerk'] },
      action: 'sign_in',
      outcome: index % 17 === 0 ? 'failure' : 'success',
      factors: ['password', 'totp'],
      network: { ip: `193.252.${index % 200}.${(index % 250) + 1}`, roundTripMs: 31 },
      agent: { userAgent: AGENT, deviceId: `d-${index % 3}` },
      application: { id: 'backoffice' },
      session: { id: `s-${index}` },
      resource: { id: 'payroll', sensitivity: 'high' },
    },
  },
});
