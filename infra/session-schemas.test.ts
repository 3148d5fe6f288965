import { describe, expect, it } from 'vitest';
import { applyEvent } from '../functions/sessions/apply-event.ts';
import { isForBus, sessionDetail } from '../functions/sessions/session-events.ts';
import { sessionEvent } from '../functions/sessions/testing/session-event.ts';
import { SESSION_SCHEMAS } from './session-schemas.ts';
import { STEP_UP_SCHEMAS } from './step-up-schemas.ts';

const event = (type: string, detail: unknown, source = 'countersign') => ({
  source,
  'detail-type': type,
  detail,
});

describe('what the bus is told of sessions', () => {
  const session = applyEvent(
    applyEvent(undefined, sessionEvent({ key: 'a', action: 'sign_in' })),
    sessionEvent({ key: 'b', keys: { device: 'x', agent: 'y', country: 'BR', asn: 'AS1' } }),
  );
  const [telling] = session.outbox.filter(isForBus);
  const detail = sessionDetail(session, telling!);

  it('is as its schema says', () => {
    expect(SESSION_SCHEMAS['Session Revoked'].safeParse(event('Session Revoked', detail)).success).toBe(true);
    expect(STEP_UP_SCHEMAS['Step-Up Required'].safeParse(event('Step-Up Required', detail)).success).toBe(
      true,
    );
  });

  it.each([
    ['of somebody else', event('Session Revoked', detail, 'shop.example')],
    ['of another type', event('Session Ended', detail)],
    ['with a score above one', event('Session Revoked', { ...detail, data: { ...detail.data, score: 1.1 } })],
    ['without a mode', event('Session Revoked', { ...detail, data: { ...detail.data, mode: undefined } })],
  ])('is not one %s', (_, odd) => {
    expect(SESSION_SCHEMAS['Session Revoked'].safeParse(odd).success).toBe(false);
  });
});
