import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePattern, matchesPattern } from './index.ts';

/** Short texts over few letters, so that what should match by chance does. */
const text = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'A', 'b', '*', '\\', 'é', 'É'), maxLength: 6 }),
  fc.string(),
);
const number = fc.oneof(fc.integer({ min: -20, max: 20 }), fc.double({ min: -5e9, max: 5e9, noNaN: true }));
const leaf = fc.oneof(text, number, fc.boolean(), fc.constant(null));
const on = (operator: unknown, value: unknown) => matchesPattern({ f: [operator] }, { f: value });

describe('operators agree with their plain meaning', () => {
  it('prefix is startsWith, suffix is endsWith', () => {
    fc.assert(
      fc.property(text, text, (part, value) => {
        expect(on({ prefix: part }, value)).toBe(value.startsWith(part));
        expect(on({ suffix: part }, value)).toBe(value.endsWith(part));
        expect(on({ prefix: part }, part + value)).toBe(true);
        expect(on({ suffix: part }, value + part)).toBe(true);
      }),
    );
  });

  it('ignoring case, a text equals and begins and ends itself in any casing of ASCII', () => {
    const ascii = fc.string({ unit: fc.constantFrom('a', 'B', 'c', '1', '-'), maxLength: 8 });
    fc.assert(
      fc.property(ascii, ascii, (a, b) => {
        const equal = a.toLowerCase() === b.toLowerCase();
        expect(on({ 'equals-ignore-case': a }, b)).toBe(equal);
        expect(on({ prefix: { 'equals-ignore-case': a } }, a.toUpperCase() + b)).toBe(true);
        expect(on({ suffix: { 'equals-ignore-case': a } }, b + a.toUpperCase())).toBe(true);
        expect(on({ prefix: { 'equals-ignore-case': a } }, b)).toBe(
          b.toLowerCase().startsWith(a.toLowerCase()),
        );
      }),
    );
  });

  it('wildcard is the regular expression that says the same', () => {
    const piece = fc.string({ unit: fc.constantFrom('a', 'b', '*', '\\'), maxLength: 3 });
    fc.assert(
      fc.property(
        fc.array(piece, { minLength: 1, maxLength: 4 }),
        fc.string({ unit: fc.constantFrom('a', 'b', '*', '\\'), maxLength: 9 }),
        (pieces, value) => {
          const inner = pieces.filter((one, i) => one !== '' || i === 0 || i === pieces.length - 1);
          const wildcard = inner.map((one) => one.replace(/[*\\]/g, '\\$&')).join('*');
          const expression = new RegExp(
            `^${inner.map((one) => one.replace(/[*\\]/g, '\\$&')).join('.*')}$`,
            's',
          );
          expect(on({ wildcard }, value)).toBe(expression.test(value));
          expect(on({ wildcard }, inner.join('ab'))).toBe(true);
        },
      ),
    );
  });

  it('numeric ranges are comparisons of millionths', () => {
    const millionth = fc.integer({ min: -30_000_000, max: 30_000_000 });
    fc.assert(
      fc.property(millionth, millionth, millionth, (low, high, value) => {
        fc.pre(low < high);
        const [l, h, v] = [low / 1e6, high / 1e6, value / 1e6];
        expect(on({ numeric: ['>', l, '<=', h] }, v)).toBe(value > low && value <= high);
        expect(on({ numeric: ['>=', l, '<', h] }, v)).toBe(value >= low && value < high);
        expect(on({ numeric: ['=', l] }, v)).toBe(value === low);
        expect(on({ numeric: ['<', l] }, v)).toBe(!on({ numeric: ['>=', l] }, v));
      }),
    );
  });

  it('cidr holds exactly of the addresses whose leading bits are the same', () => {
    const address = fc.integer({ min: 0, max: 0xffffffff });
    const dotted = (n: number) => [24, 16, 8, 0].map((shift) => (n >>> shift) & 255).join('.');
    fc.assert(
      fc.property(address, fc.integer({ min: 0, max: 32 }), address, (block, bits, other) => {
        const cut = (n: number) => (bits === 0 ? 0 : n >>> (32 - bits));
        expect(on({ cidr: `${dotted(block)}/${bits}` }, dotted(other))).toBe(cut(block) === cut(other));
        const near = (block ^ (bits === 0 ? 0 : 1 << (32 - bits))) >>> 0;
        expect(on({ cidr: `${dotted(block)}/${bits}` }, dotted(near))).toBe(bits === 0);
      }),
    );
  });
});

describe('laws', () => {
  it('anything-but is the complement of what it negates, on every leaf', () => {
    const pairs = fc.oneof(
      text.map((value) => [value, value]),
      number.map((value) => [value, value]),
      text.filter((value) => value !== '').map((prefix) => [{ prefix }, { prefix }]),
      text.filter((value) => value !== '').map((suffix) => [{ suffix }, { suffix }]),
      text.map((value) => [{ 'equals-ignore-case': value }, { 'equals-ignore-case': value }]),
      fc.constantFrom('a*', '*b', 'a*b').map((wildcard) => [{ wildcard }, { wildcard }]),
    );
    fc.assert(
      fc.property(pairs, leaf, ([plain, negated], value) => {
        expect(on({ 'anything-but': negated }, value)).toBe(!on(plain, value));
      }),
    );
  });

  it('exists false is the complement of exists true, on every value', () => {
    fc.assert(
      fc.property(fc.record({ f: fc.jsonValue() }, { requiredKeys: [] }), (event) => {
        expect(matchesPattern({ f: [{ exists: false }] }, event)).toBe(
          !matchesPattern({ f: [{ exists: true }] }, event),
        );
      }),
    );
  });

  it('a list is the union of its members, and so is $or of its branches', () => {
    const member = fc.oneof(
      leaf,
      text.map((prefix) => ({ prefix })),
      number.map((n) => ({ 'anything-but': n })),
      fc.constant({ exists: false }),
    );
    const field = fc.constantFrom('a', 'b');
    const event = fc.dictionary(field, fc.oneof(leaf, fc.array(leaf, { maxLength: 3 })));
    fc.assert(
      fc.property(member, member, field, field, event, (x, y, f, g, value) => {
        const one = matchesPattern({ [f]: [x] }, value);
        expect(matchesPattern({ [f]: [x, y] }, value)).toBe(one || matchesPattern({ [f]: [y] }, value));
        expect(matchesPattern({ $or: [{ [f]: [x] }, { [g]: [y] }] }, value)).toBe(
          one || matchesPattern({ [g]: [y] }, value),
        );
      }),
    );
  });

  it('a pattern made of an event matches that event, and not one whose leaf has changed', () => {
    const value: fc.Memo<unknown> = fc.memo((depth) =>
      depth <= 1
        ? leaf
        : fc.oneof(
            leaf,
            fc.dictionary(
              fc.string({ minLength: 1 }).filter((k) => k !== '$or'),
              value(depth - 1),
              { minKeys: 1, maxKeys: 3 },
            ),
          ),
    );
    const event = fc.dictionary(fc.constantFrom('source', 'detail', 'x', '__proto__'), value(3), {
      minKeys: 1,
    });
    const pattern = (of: unknown): unknown =>
      typeof of === 'object' && of !== null
        ? Object.fromEntries(Object.entries(of).map(([key, below]) => [key, pattern(below)]))
        : [of];
    fc.assert(
      fc.property(event, (original) => {
        const matches = compilePattern(pattern(original));
        expect(matches(original)).toBe(true);
        expect(matches({ more: 1, ...original })).toBe(true);
        for (const key of Object.keys(original)) {
          const { [key]: _, ...less } = original;
          expect(matches(less)).toBe(false);
        }
      }),
    );
  });

  it('matches or refuses, and never fails otherwise, whatever the pattern and event are', () => {
    const list = fc.array(
      fc.oneof(
        fc.jsonValue(),
        fc.constantFrom({ prefix: 'a' }, { wildcard: '*' }, { exists: false }, { numeric: ['>', 0] }),
      ),
    );
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.dictionary(text, list)), fc.jsonValue(), (pattern, event) => {
        let matches: (value: unknown) => boolean;
        try {
          matches = compilePattern(typeof pattern === 'string' ? JSON.stringify(pattern) : pattern);
        } catch (error) {
          expect(error).toMatchObject({ name: 'EventPatternError' });
          return;
        }
        expect(typeof matches(event)).toBe('boolean');
      }),
    );
  });
});
