import { describe, expect, it } from 'vitest';
import { compilePattern, EventPatternError, matchesPattern } from './index.ts';

/** A pattern for the field `f`, values of `f` that match, and the nearest that do not. */
type Row = readonly [
  name: string,
  list: readonly unknown[],
  matching: readonly unknown[],
  not: readonly unknown[],
];

const ABSENT = Symbol('absent');

const ROWS: readonly Row[] = [
  [
    'exact string',
    ['Alice'],
    ['Alice', ['Bob', 'Alice']],
    ['alice', 'Alice ', '', null, ABSENT, ['Bob'], { Alice: 1 }],
  ],
  ['one of several', ['a', 'b'], ['a', 'b', ['c', 'b']], ['c', 'ab', ABSENT]],
  ['empty string', [''], ['', ['x', '']], [null, ' ', ABSENT, []]],
  ['null', [null], [null, [1, null]], ['null', '', 0, false, ABSENT, []]],
  ['boolean', [true], [true, [false, true]], [false, 'true', 1, null]],
  ['number', [300], [300, 3e2, 300.0000001, [1, 300]], [300.000001, '300', 3000, null]],
  ['number out of the numeric range', [123456789012], [123456789012], [123456789013, '123456789012']],
  ['zero', [0], [0, -0], [1e-6, '', false, null]],

  [
    'prefix',
    [{ prefix: 'eu-' }],
    ['eu-', 'eu-west-1', ['us', 'eu-1']],
    ['EU-west-1', 'eu', 'xeu-', 5, null, ABSENT],
  ],
  ['empty prefix', [{ prefix: '' }], ['', 'x'], [5, null, true, ABSENT]],
  [
    'prefix ignoring case',
    [{ prefix: { 'equals-ignore-case': 'EventB' } }],
    ['eventbridge', 'EVENTB'],
    ['event', 'xeventb'],
  ],
  [
    'prefix ignoring case, beyond ASCII',
    [{ prefix: { 'equals-ignore-case': 'İÉ' } }],
    ['İé', 'İÉx'],
    ['iÉ', 'i̇É'],
  ],
  ['suffix', [{ suffix: '.png' }], ['.png', 'a.png'], ['a.PNG', '.png ', 'png', 5]],
  [
    'suffix ignoring case',
    [{ suffix: { 'equals-ignore-case': '.png' } }],
    ['a.PnG', '.png'],
    ['a.pngx', 'png'],
  ],
  [
    'equals ignoring case',
    [{ 'equals-ignore-case': 'aLiCe' }],
    ['ALICE', 'alice', ['x', 'Alice']],
    ['alic', 'alicee', '', null],
  ],
  ['equals ignoring case, beyond ASCII', [{ 'equals-ignore-case': 'straße' }], ['STRAßE'], ['STRASSE']],

  [
    'wildcard',
    [{ wildcard: 'dir/*.png' }],
    ['dir/.png', 'dir/a/b.png'],
    ['dir/a.pngx', 'xdir/a.png', 'dir.png', 5],
  ],
  [
    'wildcard, several',
    [{ wildcard: '*/lib/*' }],
    ['/lib/', 'a/lib/b', 'a/lib/lib/'],
    ['lib/', '/lib', 'a/libb/'],
  ],
  ['wildcard, pieces in order', [{ wildcard: 'a*b*c' }], ['abc', 'aXbXc', 'abcbc'], ['acb', 'ab', 'bc']],
  ['wildcard, ends do not overlap', [{ wildcard: 'aba*aba' }], ['abaaba', 'abaXaba'], ['aba', 'ababa']],
  ['wildcard alone', [{ wildcard: '*' }], ['', 'x'], [5, null, ABSENT]],
  ['wildcard without asterisk', [{ wildcard: 'x' }], ['x'], ['xx', '']],
  ['wildcard with an escaped asterisk', [{ wildcard: '\\*a*' }], ['*a', '*ab'], ['a', 'xa', '\\*a']],
  ['wildcard with an escaped backslash', [{ wildcard: 'C:\\\\*' }], ['C:\\', 'C:\\x'], ['C:x', 'C:']],

  [
    'anything-but a string',
    [{ 'anything-but': 'init' }],
    ['run', '', 5, null, false, ['init', 'run']],
    ['init', ['init'], ABSENT, []],
  ],
  ['anything-but a number', [{ 'anything-but': 123 }], [124, '123', 123.000001], [123, 123.0000001, ABSENT]],
  ['anything-but strings', [{ 'anything-but': ['a', 'b'] }], ['c', 'A', 5], ['a', 'b', ['a', 'b']]],
  ['anything-but numbers', [{ 'anything-but': [100, 200] }], [150, '100'], [100, 200]],
  [
    'anything-but prefix',
    [{ 'anything-but': { prefix: 'init' } }],
    ['ini', 'xinit', 'INIT', 5],
    ['init', 'initial', ABSENT],
  ],
  ['anything-but prefixes', [{ 'anything-but': { prefix: ['a', 'b'] } }], ['c', 'xa'], ['a1', 'b1']],
  ['anything-but suffix', [{ 'anything-but': { suffix: '.png' } }], ['a.jpg', '.png.', 5], ['a.png']],
  [
    'anything-but suffixes',
    [{ 'anything-but': { suffix: ['.png', '.jpg'] } }],
    ['a.gif'],
    ['a.png', 'a.jpg'],
  ],
  [
    'anything-but ignoring case',
    [{ 'anything-but': { 'equals-ignore-case': 'init' } }],
    ['inits', 5],
    ['INIT', 'init'],
  ],
  [
    'anything-but several ignoring case',
    [{ 'anything-but': { 'equals-ignore-case': ['a', 'b'] } }],
    ['c'],
    ['A', 'b'],
  ],
  ['anything-but wildcard', [{ 'anything-but': { wildcard: '*/lib/*' } }], ['/bin/', 5], ['a/lib/b']],
  ['anything-but wildcards', [{ 'anything-but': { wildcard: ['a*', '*z'] } }], ['b'], ['a', 'bz']],

  ['numeric =', [{ numeric: ['=', 3.018e2] }], [301.8, 301.8000001], [301.800001, '301.8', null, ABSENT]],
  ['numeric <', [{ numeric: ['<', 10] }], [9.999999, -5e9], [10, 10.000001, '9']],
  ['numeric <=', [{ numeric: ['<=', 10] }], [10, 9], [10.000001]],
  ['numeric >', [{ numeric: ['>', 10] }], [10.000001, 5e9], [10, 5e9 + 1]],
  ['numeric >=', [{ numeric: ['>=', 10] }], [10, 11], [9.999999]],
  ['numeric range, half open', [{ numeric: ['>', 0, '<=', 5] }], [1e-6, 5], [0, 5.000001, -1]],
  [
    'numeric range, closed and open',
    [{ numeric: ['>=', 0, '<', 5] }],
    [0, 4.999999, [9, 3]],
    [-1e-6, 5, [9, -9]],
  ],
  ['numeric at its limits', [{ numeric: ['>=', -5e9, '<=', 5e9] }], [-5e9, 5e9], [-5e9 - 1, 5e9 + 1]],

  [
    'cidr v4',
    [{ cidr: '10.0.0.0/24' }],
    ['10.0.0.0', '10.0.0.255'],
    ['10.0.1.0', '10.0.0', '10.0.0.1.', '::a00:1', 5],
  ],
  ['cidr v4, not on a byte', [{ cidr: '10.0.0.0/9' }], ['10.127.255.255'], ['10.128.0.0', '11.0.0.0']],
  ['cidr v4 of a host within', [{ cidr: '10.0.0.77/24' }], ['10.0.0.1'], ['10.0.1.77']],
  ['cidr of everything', [{ cidr: '0.0.0.0/0' }], ['255.255.255.255'], ['::1', 'x']],
  ['cidr of one address', [{ cidr: '10.0.0.1/32' }], ['10.0.0.1'], ['10.0.0.2']],
  [
    'cidr v6',
    [{ cidr: '2001:db8::/32' }],
    ['2001:db8::1', '2001:0DB8:ffff::'],
    ['2001:db9::', '10.0.0.1', 'fe80::1%eth0'],
  ],
  ['cidr v6, not on a byte', [{ cidr: '2001:db8:8000::/33' }], ['2001:db8:8000::1'], ['2001:db8:7fff::1']],

  ['exists', [{ exists: true }], ['', 0, null, false, [1], [{}, 1]], [ABSENT, [], {}, { x: 1 }, [{ x: 1 }]]],
  ['does not exist', [{ exists: false }], [ABSENT, [], {}, { x: 1 }], ['', 0, null, false, [1]]],
  ['absent or a value', [{ exists: false }, 'x'], [ABSENT, 'x', ['y', 'x']], ['y', null]],
  [
    'a mixed list',
    ['a', null, 5, { prefix: 'p' }, { numeric: ['>', 9] }],
    ['a', null, 5, 'px', 10],
    ['b', 6, 9, true, ABSENT],
  ],
  ['a list of lists in the event', ['x'], [[['x']], [[], ['y', ['x']]]], [[['y']], [[]]]],
];

describe('operators', () => {
  for (const [name, list, matching, not] of ROWS) {
    it(name, () => {
      const matches = compilePattern({ f: list });
      const event = (value: unknown) => (value === ABSENT ? { other: 1 } : { f: value });
      for (const value of matching) expect([value, matches(event(value))]).toEqual([value, true]);
      for (const value of not) expect([value, matches(event(value))]).toEqual([value, false]);
    });
  }
});

describe('fields', () => {
  const event = {
    source: 'aws.ec2',
    detail: { state: 'running', tags: { env: 'prod' }, 'a.b': 1 },
    resources: ['arn:1', 'arn:2'],
  };

  it('are all required', () => {
    expect(matchesPattern({ source: ['aws.ec2'], detail: { state: ['running'] } }, event)).toBe(true);
    expect(matchesPattern({ source: ['aws.ec2'], detail: { state: ['stopped'] } }, event)).toBe(false);
    expect(matchesPattern({ source: ['aws.s3'], detail: { state: ['running'] } }, event)).toBe(false);
  });

  it('are found at any depth, and only as fields of their own', () => {
    expect(matchesPattern({ detail: { tags: { env: ['prod'] } } }, event)).toBe(true);
    expect(matchesPattern({ detail: { env: ['prod'] } }, event)).toBe(false);
    expect(matchesPattern({ detail: { 'a.b': [1] } }, event)).toBe(true);
    for (const name of ['toString', '__proto__', 'length', 'constructor']) {
      expect(matchesPattern(JSON.parse(`{"${name}": {"name": [{"exists": true}]}}`), event)).toBe(false);
      expect(matchesPattern(JSON.parse(`{"resources": {"${name}": [2]}}`), event)).toBe(false);
    }
    expect(matchesPattern(JSON.parse('{"__proto__": ["x"]}'), JSON.parse('{"__proto__": "x"}'))).toBe(true);
  });

  it('are not in what is no object', () => {
    for (const value of [null, 'x', 5, [], undefined])
      expect(matchesPattern({ a: ['x'] }, value)).toBe(false);
  });

  it('may be absent with everything above them', () => {
    const matches = compilePattern({ detail: { deep: { field: [{ exists: false }] } } });
    expect(matches({})).toBe(true);
    expect(matches({ detail: { deep: 'leaf' } })).toBe(true);
    expect(matches({ detail: { deep: [{ field: 0 }] } })).toBe(false);
  });
});

describe('arrays of objects (event-ruler README, "JSON Array Matching")', () => {
  const event = {
    employees: [
      { first: 'John', last: 'Doe' },
      { first: 'Anna', last: 'Smith' },
      { first: 'Peter', last: 'Jones', middle: 'X' },
    ],
  };

  it('are looked into', () => {
    expect(matchesPattern({ employees: { first: ['Anna'] } }, event)).toBe(true);
    expect(
      matchesPattern(
        { employees: { first: ['Anna'] } },
        { employees: [[event.employees[0]], event.employees] },
      ),
    ).toBe(true);
  });

  it('match when one element has every field, not when two share them', () => {
    expect(matchesPattern({ employees: { first: ['Anna'], last: ['Smith'] } }, event)).toBe(true);
    expect(matchesPattern({ employees: { first: ['Anna'], last: ['Jones'] } }, event)).toBe(false);
    expect(
      matchesPattern(
        { $or: [{ employees: { first: ['Anna'] } }, { x: [1] }], employees: { last: ['Jones'] } },
        event,
      ),
    ).toBe(false);
  });

  it('lack a field only when every element does', () => {
    expect(matchesPattern({ employees: { first: ['Anna'], age: [{ exists: false }] } }, event)).toBe(true);
    expect(matchesPattern({ employees: { first: ['Anna'], middle: [{ exists: false }] } }, event)).toBe(
      false,
    );
    expect(matchesPattern({ employees: { age: [{ exists: false }] } }, { employees: [] })).toBe(true);
  });
});

describe('$or', () => {
  const matches = compilePattern({
    source: ['aws.cloudwatch'],
    $or: [
      { metricName: ['CPU'] },
      { metricType: ['T'], namespace: ['N'], $or: [{ metricId: [1] }, { spaceId: [2] }] },
      { detail: { $or: [{ a: [1] }, { b: { $or: [{ c: [2] }, { d: [3] }] } }] } },
    ],
  });

  it('holds when one branch does, at every level', () => {
    for (const event of [
      { metricName: 'CPU' },
      { metricType: 'T', namespace: 'N', metricId: 1 },
      { metricType: 'T', namespace: 'N', spaceId: 2 },
      { detail: { a: 1 } },
      { detail: { b: { c: 2 } } },
      { detail: { b: { d: 3 } } },
    ]) {
      expect([event, matches({ source: 'aws.cloudwatch', ...event })]).toEqual([event, true]);
      expect([event, matches({ source: 'other', ...event })]).toEqual([event, false]);
    }
  });

  it('fails when no branch is whole', () => {
    for (const event of [
      {},
      { metricType: 'T', namespace: 'N' },
      { metricType: 'T', metricId: 1 },
      { detail: { b: { c: 3, d: 2 } } },
      { b: { c: 2 } },
      { $or: [{ metricName: 'CPU' }] },
    ]) {
      expect([event, matches({ source: 'aws.cloudwatch', ...event })]).toEqual([event, false]);
    }
  });

  it('may name the field that stands beside it: both hold', () => {
    const both = compilePattern({
      a: [{ prefix: 'x' }],
      $or: [{ a: [{ suffix: '1' }] }, { a: [{ suffix: '2' }] }],
    });
    expect(both({ a: 'x1' })).toBe(true);
    expect(both({ a: 'x2' })).toBe(true);
    expect(both({ a: 'y1' })).toBe(false);
    expect(both({ a: 'x3' })).toBe(false);
  });
});

describe('refusals', () => {
  const refused: readonly [pattern: unknown, code: string, words: string][] = [
    ['{', 'pattern-invalid', 'not JSON'],
    [null, 'pattern-invalid', 'object'],
    [[], 'pattern-invalid', 'object'],
    [{}, 'pattern-invalid', 'empty object'],
    [{ a: {} }, 'pattern-invalid', 'a: an empty object'],
    [{ a: 'x' }, 'pattern-invalid', 'a: must be a list or an object'],
    [{ a: { b: 5 } }, 'pattern-invalid', 'a.b: must be'],
    [{ a: null }, 'pattern-invalid', 'a: must be'],
    [{ a: [] }, 'pattern-invalid', 'empty list'],
    [{ a: [['x']] }, 'pattern-invalid', 'list inside a list'],
    [{ a: [{}] }, 'pattern-invalid', 'exactly one operator'],
    [{ a: [{ prefix: 'x', suffix: 'y' }] }, 'pattern-invalid', 'exactly one operator'],
    [{ a: [{ regex: 'x' }] }, 'operator-unknown', '"regex"'],
    [{ a: [{ exactly: 'x' }] }, 'operator-unknown', '"exactly"'],
    [{ a: [{ toString: 'x' }] }, 'operator-unknown', '"toString"'],
    [{ a: [{ prefix: 5 }] }, 'pattern-invalid', '"prefix"'],
    [{ a: [{ prefix: { 'equals-ignore-case': 5 } }] }, 'pattern-invalid', '"prefix"'],
    [{ a: [{ prefix: { wildcard: 'x' } }] }, 'pattern-invalid', '"prefix"'],
    [{ a: [{ suffix: ['x'] }] }, 'pattern-invalid', '"suffix"'],
    [{ a: [{ 'equals-ignore-case': ['x'] }] }, 'pattern-invalid', '"equals-ignore-case"'],
    [{ a: [{ wildcard: 'a**b' }] }, 'pattern-invalid', 'consecutive'],
    [{ a: [{ wildcard: 'a\\b' }] }, 'pattern-invalid', 'backslash'],
    [{ a: [{ wildcard: 'a\\' }] }, 'pattern-invalid', 'backslash'],
    [{ a: [{ 'anything-but': [] }] }, 'pattern-invalid', '"anything-but"'],
    [{ a: [{ 'anything-but': ['a', 1] }] }, 'pattern-invalid', 'mixture'],
    [{ a: [{ 'anything-but': null }] }, 'pattern-invalid', '"anything-but"'],
    [{ a: [{ 'anything-but': [true] }] }, 'pattern-invalid', '"anything-but"'],
    [{ a: [{ 'anything-but': 6e9 }] }, 'pattern-invalid', '5e9'],
    [{ a: [{ 'anything-but': { numeric: ['=', 1] } }] }, 'operator-unknown', '"numeric"'],
    [{ a: [{ 'anything-but': { prefix: '' } }] }, 'pattern-invalid', 'empty prefix'],
    [{ a: [{ 'anything-but': { prefix: { 'equals-ignore-case': 'x' } } }] }, 'pattern-invalid', 'prefix'],
    [{ a: [{ 'anything-but': { prefix: [] } }] }, 'pattern-invalid', 'empty list'],
    [{ a: [{ 'anything-but': { suffix: [1] } }] }, 'pattern-invalid', 'suffix'],
    [{ a: [{ 'anything-but': { prefix: 'a', suffix: 'b' } }] }, 'pattern-invalid', 'exactly one'],
    [{ a: [{ 'anything-but': { wildcard: '**' } }] }, 'pattern-invalid', 'consecutive'],
    [{ a: [{ numeric: [] }] }, 'pattern-invalid', '"numeric"'],
    [{ a: [{ numeric: '=' }] }, 'pattern-invalid', '"numeric"'],
    [{ a: [{ numeric: ['=', '5'] }] }, 'pattern-invalid', '"numeric"'],
    [{ a: [{ numeric: ['==', 5] }] }, 'pattern-invalid', '"numeric"'],
    [{ a: [{ numeric: ['>', 5, '<', 5] }] }, 'pattern-invalid', 'below'],
    [{ a: [{ numeric: ['<', 5, '>', 1] }] }, 'pattern-invalid', 'lower bound'],
    [{ a: [{ numeric: ['>', 0, '>', 1] }] }, 'pattern-invalid', 'lower bound'],
    [{ a: [{ numeric: ['=', 0, '<', 1] }] }, 'pattern-invalid', 'lower bound'],
    [{ a: [{ numeric: ['<', 5e9 + 1] }] }, 'pattern-invalid', '5e9'],
    [{ a: [{ numeric: ['>', 0, '<', 1, '<', 2] }] }, 'pattern-invalid', '"numeric"'],
    [{ a: [{ cidr: '10.0.0.0' }] }, 'pattern-invalid', '"cidr"'],
    [{ a: [{ cidr: '10.0.0.0/33' }] }, 'pattern-invalid', '"cidr"'],
    [{ a: [{ cidr: '2001:db8::/129' }] }, 'pattern-invalid', '"cidr"'],
    [{ a: [{ cidr: '10.0.0/24' }] }, 'pattern-invalid', '"cidr"'],
    [{ a: [{ cidr: 5 }] }, 'pattern-invalid', '"cidr"'],
    [{ a: [{ exists: 'true' }] }, 'pattern-invalid', '"exists"'],
    [{ $or: { a: ['x'] } }, 'pattern-invalid', '"$or"'],
    [{ $or: [{ a: ['x'] }] }, 'pattern-invalid', 'at least two'],
    [{ $or: [{ a: ['x'] }, 'y'] }, 'pattern-invalid', 'must be an object'],
    [{ $or: [{ a: ['x'] }, {}] }, 'pattern-invalid', 'empty object'],
    [{ $or: [{ prefix: ['x'] }, { a: ['x'] }] }, 'pattern-invalid', '"prefix"'],
  ];
  for (const [pattern, code, words] of refused) {
    it(`refuses ${JSON.stringify(pattern)}`, () => {
      expect(() => compilePattern(pattern)).toThrow(
        expect.objectContaining({ code, message: expect.stringContaining(words) }),
      );
      expect(() => compilePattern(pattern)).toThrow(EventPatternError);
    });
  }

  it('takes a field named like an operator, outside $or', () => {
    expect(matchesPattern({ detail: { prefix: ['x'] } }, { detail: { prefix: 'x' } })).toBe(true);
  });

  it('names the path of what it refuses', () => {
    const error = (() => {
      try {
        return compilePattern({ detail: { list: ['ok', { cidr: 'x' }] } });
      } catch (caught) {
        return caught as EventPatternError;
      }
    })();
    expect(error).toMatchObject({ fields: [{ field: 'detail.list' }] });
  });

  it('takes 1000 combinations and refuses more', () => {
    const ors = (sizes: readonly number[]) =>
      Object.fromEntries(
        sizes.map((size, i) => [
          `f${i}`,
          { $or: Array.from({ length: size }, (_, j) => ({ [`k${j}`]: [j] })) },
        ]),
      );
    expect(compilePattern(ors([10, 10, 10]))({ f0: { k9: 9 }, f1: { k0: 0 }, f2: { k5: 5 } })).toBe(true);
    expect(() => compilePattern(ors([10, 10, 11]))).toThrow('1000 combinations');
  });

  it('refuses a pattern deeper than 100', () => {
    const deep = (levels: number): unknown => (levels === 0 ? ['x'] : { a: deep(levels - 1) });
    expect(() => compilePattern(deep(100))).not.toThrow();
    expect(() => compilePattern(deep(102))).toThrow('too deeply');
  });
});
