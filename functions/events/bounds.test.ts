import { describe, expect, it } from 'vitest';
import { assertBounded, MAX_DEPTH, MAX_DETAIL_BYTES, MAX_MEMBERS } from './bounds.ts';
import { EventError } from './event-error.ts';

function refusal(value: unknown): EventError | undefined {
  try {
    assertBounded(value, 'detail');
    return undefined;
  } catch (error) {
    if (error instanceof EventError) return error;
    throw error;
  }
}

/** `levels` objects, one in the other. */
function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = { a: value };
  return value;
}

describe('bounds', () => {
  it('takes the largest text and refuses one byte more', () => {
    const most = MAX_DETAIL_BYTES - 2;
    expect(refusal('x'.repeat(most))).toBeUndefined();
    const error = refusal('x'.repeat(most + 1));
    expect([error?.code, error?.status, error?.fields[0]?.field]).toEqual(['event-too-large', 413, 'detail']);
    expect(refusal('é'.repeat(most / 2 + 1))?.code).toBe('event-too-large');
  });

  it('names the value that is too large by itself, else the whole', () => {
    const large = 'x'.repeat(1_000_000);
    expect(refusal({ a: { b: [1, large] } })?.fields[0]?.field).toBe('detail.a.b[1]');
    expect(refusal({ a: Array(5).fill('x'.repeat(60_000)) })?.fields[0]?.field).toBe('detail');
  });

  it('counts names as well as values', () => {
    expect(refusal({ ['x'.repeat(MAX_DETAIL_BYTES)]: 1 })?.code).toBe('event-too-large');
  });

  it('takes the deepest nesting and refuses one level more', () => {
    expect(refusal(nested(MAX_DEPTH))).toBeUndefined();
    expect(refusal(nested(MAX_DEPTH + 1))?.code).toBe('event-too-large');
    expect(refusal(nested(100_000))?.code).toBe('event-too-large');
  });

  it('takes the most members and refuses one more', () => {
    expect(refusal(Array(MAX_MEMBERS).fill(0))).toBeUndefined();
    expect(refusal(Array(MAX_MEMBERS + 1).fill(0))?.code).toBe('event-too-large');
  });

  it('refuses a value that contains itself', () => {
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    expect(refusal(loop)?.code).toBe('event-too-large');
  });

  it.each(['__proto__', 'constructor', 'prototype'])('refuses the name %s at any depth', (name) => {
    const error = refusal(JSON.parse(`{"a": [{"b": {"${name}": {"polluted": true}}}]}`));
    expect([error?.code, error?.fields[0]?.field]).toEqual(['event-invalid', `detail.a[0].b.${name}`]);
    expect(refusal(JSON.parse(`{"a": "${name}", "${name}s": 1}`))).toBeUndefined();
  });

  it.each([[undefined], [1n], [Symbol('x')], [() => 1], [Number.NaN], [Number.POSITIVE_INFINITY]])(
    'refuses what JSON does not have (%#)',
    (value) => {
      expect(refusal({ a: value })?.fields[0]?.field).toBe('detail.a');
    },
  );

  it('shortens the names and paths that it repeats', () => {
    const error = refusal({ [`\u0000${'x'.repeat(5000)}`]: { y: undefined } });
    expect(error?.fields[0]?.field).toBe(`detail.?${'x'.repeat(63)}.y`);
  });
});
