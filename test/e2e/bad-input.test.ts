import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalModeForTest, startLocalMode } from '../local-mode.ts';
import { appOf, eventually, nativeEvent } from './client.ts';

let local: LocalModeForTest;
let app: ReturnType<typeof appOf>;

beforeAll(async () => {
  local = await startLocalMode();
  app = appOf(local);
});
afterAll(async () => {
  app?.close();
  await local?.end();
});

const without = (path: string) => {
  const event = nativeEvent('bad');
  const steps = path.split('.');
  const last = steps.pop()!;
  // biome-ignore lint/suspicious/noExplicitAny: walks a plain object
  delete steps.reduce((at: any, step) => at[step], event)[last];
  return event;
};
const withData = (data: Record<string, unknown>) => nativeEvent('bad', data);
const inFuture = new Date(Date.now() + 10 * 60_000).toISOString();

/** Events that must be refused, each with the member that the refusal has to name. */
const MALFORMED: readonly [what: string, event: unknown, field: RegExp][] = [
  ['a missing subject', without('detail.data.subject'), /subject/],
  ['a missing event id', without('detail.metadata.id'), /metadata\.id/],
  ['a subject id of the wrong type', withData({ subject: { id: 42 } }), /subject\.id/],
  ['an unknown action', withData({ action: 'sing_in' }), /action/],
  ['an unknown outcome', withData({ outcome: 'perhaps' }), /outcome/],
  ['an address that is none', withData({ network: { ip: '999.1.2.3' } }), /network\.ip/],
  ['a time that is none', nativeEvent('bad', { metadata: { time: 'yesterday-ish' } }), /time/],
  ['a time in the future', nativeEvent('bad', { metadata: { time: inFuture } }), /time/],
  ['a time before 2000', nativeEvent('bad', { metadata: { time: '1999-12-31T23:59:59Z' } }), /time/],
  ['an id that is too long', nativeEvent('x'.repeat(257)), /metadata\.id/],
  ['a tenant that no key can hold', nativeEvent('bad', { metadata: { tenant: 'a#b' } }), /metadata\.tenant/],
  ['an unknown provider', { ...nativeEvent('bad'), 'detail-type': 'Weather Observed' }, /detail-type/],
  ['our own source', { ...nativeEvent('bad'), source: 'countersign' }, /source/],
  ['a detail that is no object', { ...nativeEvent('bad'), detail: 'x' }, /detail/],
];

/** What functions, or one of them, and the gateway have logged. */
const logs = (of = ''): string =>
  readdirSync(join(local.state, 'logs'))
    .filter((name) => name.includes(of))
    .map((name) => readFileSync(join(local.state, 'logs', name), 'utf8'))
    .join('\n');

describe('the synchronous road', () => {
  test.each(MALFORMED)('%s is refused, naming the member', async (_, event, field) => {
    const { status, type, body } = await app.evaluate(event);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(type).toContain('application/problem+json');
    expect(body.type).toMatch(/^urn:countersign:problem:/);
    expect(body.fields?.map((one: { field: string }) => one.field).join(' ')).toMatch(field);
  });

  test('what is no JSON, no object, polluted or huge is a plain 4xx', async () => {
    const polluted = JSON.stringify(nativeEvent('polluted')).replace(
      '"subject":{',
      '"subject":{"__proto__":{"admin":true},',
    );
    const huge = JSON.stringify(withData({ agent: { userAgent: 'x'.repeat(1_048_576) } }));
    const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
    for (const [text, allowed] of [
      ['{', [400]],
      ['', [400]],
      ['null', [400, 422]],
      ['[]', [400, 422]],
      ['"x"', [400, 422]],
      [polluted, [400, 422]],
      [huge, [413, 422]],
      [
        JSON.stringify({ ...nativeEvent('deep'), detail: { metadata: { id: 'd' }, data: 'DEEP' } }).replace(
          '"DEEP"',
          deep,
        ),
        [400, 413, 422],
      ],
    ] as const) {
      const { status, body } = await app.evaluate(text);
      expect(allowed, `${text.slice(0, 40)} → ${JSON.stringify(body).slice(0, 200)}`).toContain(status);
    }
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  test('the nearest valid event beside each of them is decided, and no baseline learned from the others', async () => {
    const { status, body } = await app.evaluate(nativeEvent('good'));
    expect(status).toBe(200);
    expect(body.baseline).toEqual({ maturity: 'none', events: 0 });
  });
});

describe('the bus', () => {
  test('malformed events wait in the rejected-events queue with the reason, and hold nothing up', async () => {
    const sent = MALFORMED.filter(([, event]) => {
      const { source, detail } = event as { source: string; detail: unknown };
      // The bus itself refuses our source, and details that are no objects.
      return source !== 'countersign' && typeof detail === 'object';
    });
    for (const [, event] of sent) await app.put(event as ReturnType<typeof nativeEvent>);
    await app.put(nativeEvent('after-the-bad'));
    await eventually(async () => (await app.decision('after-the-bad')).status === 200);
    const rejected: { reason: { fields?: { field: string }[] }; event: { detail: unknown } }[] = [];
    await eventually(async () => {
      rejected.push(...((await app.drainQueue('RejectedEvents')) as typeof rejected));
      return rejected.length >= sent.length;
    });
    expect(rejected).toHaveLength(sent.length);
    for (const [what, , field] of sent)
      expect(
        rejected.some(({ reason }) => reason.fields?.some((one) => field.test(one.field))),
        what,
      ).toBe(true);
    // What a function prints arrives after what it does.
    await eventually(() => logs('score').split('"EventRejected":1').length - 1 >= sent.length);
  });

  test('an event of another tenant than its source’s is rejected, not moved', async () => {
    await app.put(nativeEvent('other-tenant', { metadata: { tenant: 'bank' } }));
    const [rejected] = await eventually(async () => {
      const found = (await app.drainQueue('RejectedEvents')) as { reason: { type: string } }[];
      return found.length > 0 && found;
    });
    expect(rejected?.reason.type).toContain('tenant');
    expect((await app.decision('other-tenant', 'bank')).status).toBe(404);
  });
});

describe('the logs', () => {
  test('tell nothing of people, of good events and of bad ones', async () => {
    const data = {
      subject: { id: 'canary-subject' },
      network: { ip: '81.2.69.143' },
      agent: { userAgent: 'canary-agent/1.0', deviceId: 'canary-device' },
    };
    for (const event of [
      nativeEvent('canary-event', data),
      nativeEvent('bad', { ...data, action: 'canary-action' }),
    ]) {
      await app.evaluate(event);
      await app.put(event);
    }
    const rejected = await eventually(async () => {
      const found = await app.drainQueue('RejectedEvents');
      return found.length > 0 && found;
    });
    expect(JSON.stringify(rejected)).toContain('canary-action');
    // The token was in every request.
    const token = (await local.issuer.token()).split('.')[0]!;
    const logged = logs();
    expect(logged.length).toBeGreaterThan(1000);
    for (const secret of ['canary-', '81.2.69.143', token]) expect(logged).not.toContain(secret);
  });
});
