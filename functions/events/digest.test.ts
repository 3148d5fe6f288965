import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf } from './digest.ts';
import { EventError } from './event-error.ts';
import { payloadDigest } from './parse.ts';

/** The same value with the members of every object in another order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reversed(member)]),
  );
}

const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<unknown>;

describe('the digest', () => {
  it('is SHA-256 over the canonical form of RFC 8785', () => {
    const canonical = '{"a":[1e+30,4.5,0.002,1e-27],"b":"€$\\u000f\\nA\'B\\"\\\\","\u20ac":null}';
    const value = { '\u20ac': null, b: '\u20ac$\u000f\nA\'B"\\', a: [1e30, 4.5, 2e-3, 1e-27] };
    expect(digestOf(value)).toBe(createHash('sha256').update(canonical).digest('hex'));
  });

  it('does not see the order of members', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(digestOf(reversed(value))).toBe(digestOf(value));
      }),
    );
  });

  it('sees every change of a value', () => {
    expect(digestOf({})).not.toBe(digestOf([]));
    fc.assert(
      fc.property(json, json, (left, right) => {
        // JSON has one zero.
        const same = JSON.stringify(sorted(left)) === JSON.stringify(sorted(right));
        expect(digestOf(left) === digestOf(right)).toBe(same);
      }),
    );
  });
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  // In a member of its own, or `{}` would look like `[]`.
  return { entries: entries.map(([name, member]) => ({ name, member: sorted(member) })) };
}

describe('payloadDigest', () => {
  const envelope = { source: 's', 'detail-type': 't', detail: { a: 1, b: [true, null] } };

  it('is of source, detail-type and detail, not of what the bus adds', () => {
    expect(payloadDigest({ ...envelope, id: 'x', time: '2026-01-01T00:00:00Z' })).toBe(
      payloadDigest(envelope),
    );
    expect(payloadDigest({ ...envelope, source: 'S' })).not.toBe(payloadDigest(envelope));
    expect(payloadDigest({ ...envelope, 'detail-type': 'T' })).not.toBe(payloadDigest(envelope));
    expect(payloadDigest({ ...envelope, detail: { a: 1, b: [true, 'null'] } })).not.toBe(
      payloadDigest(envelope),
    );
    expect(payloadDigest({ ...envelope, detail: { a: '1', b: [true, null] } })).not.toBe(
      payloadDigest(envelope),
    );
  });

  it('throws EventError alone on odd and deep input', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 50_000; level += 1) deep = [deep];
    for (const odd of [
      undefined,
      null,
      3,
      [],
      {},
      { ...envelope, detail: { deep } },
      { ...envelope, detail: { a: undefined } },
    ]) {
      expect(() => payloadDigest(odd)).toThrow(EventError);
    }
  });
});
