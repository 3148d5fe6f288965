import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileInput, type TargetInput } from './index.ts';
import { compilePath } from './json-path.ts';

const event = {
  version: '0',
  id: 'e-1',
  'detail-type': 'Sign-in',
  source: 'shop',
  detail: {
    user: 'u "1"',
    state: 'RUNNING',
    list: [1, { a: 'x' }, 'y'],
    empty: null,
    count: 3,
    'a-b_c': true,
  },
};
const context = {
  ruleArn: 'arn:aws:events:us-east-1:000000000000:rule/r',
  ruleName: 'r',
  ingestionTime: '2026-11-20T09:00:00.000Z',
};
const make = (input: TargetInput) => compileInput(input)(event, context);
const transform = (InputTemplate: string, InputPathsMap: Record<string, string> = {}) =>
  make({ InputTransformer: { InputTemplate, InputPathsMap } });
const paths = {
  user: '$.detail.user',
  state: '$.detail.state',
  list: '$.detail.list',
  none: '$.detail.none',
  count: '$.detail.count',
  empty: '$.detail.empty',
};

describe('the whole, a part, a constant', () => {
  it('is the event when nothing is said', () => expect(make({})).toBe(event));
  it('is a constant', () => {
    expect(make({ Input: '{"a": [1]}' })).toEqual({ a: [1] });
    expect(() => make({ Input: '{a}' })).toThrow(expect.objectContaining({ code: 'input-invalid' }));
  });
  it('is a part of the event, or null', () => {
    expect(make({ InputPath: '$.detail.list' })).toEqual(event.detail.list);
    expect(make({ InputPath: '$' })).toEqual(event);
    expect(make({ InputPath: '$.detail.none' })).toBeNull();
  });
  it('is one of them only', () => {
    expect(() => make({ Input: '1', InputPath: '$' })).toThrow(
      expect.objectContaining({ code: 'input-ambiguous' }),
    );
  });
});

describe('paths', () => {
  const rows: [path: string, value: unknown][] = [
    ['$.source', 'shop'],
    ['$.detail-type', 'Sign-in'],
    ['$.detail.a-b_c', true],
    ['$.detail.list[1].a', 'x'],
    ['$.detail.list[9]', undefined],
    ['$.detail.list.a', undefined],
    ['$.detail.list[*]', [1, { a: 'x' }, 'y']],
    ['$.detail.list[*].a', ['x']],
    ['$.detail.list.*', [1, { a: 'x' }, 'y']],
    ['$.detail.toString', undefined],
    ['$.__proto__', undefined],
  ];
  for (const [path, value] of rows) it(path, () => expect(compilePath(path)!(event)).toEqual(value));
  for (const path of [
    '',
    'detail',
    '$detail',
    '$.',
    '$..a',
    '$.a.',
    "$['a']",
    '$.a[-1]',
    '$.a[?(@.b)]',
    '$.a[1',
    '$.a b',
  ]) {
    it(`refuses ${path}`, () =>
      expect(() => make({ InputPath: path })).toThrow(expect.objectContaining({ code: 'path-invalid' })));
  }
});

describe('templates of JSON', () => {
  const rows: [template: string, value: unknown][] = [
    [
      '{"u": <user>, "c": <count>, "l": <list>, "e": <empty>}',
      { u: 'u "1"', c: 3, l: event.detail.list, e: null },
    ],
    ['{"t": "<user> is <state> (<count>)"}', { t: 'u "1" is RUNNING (3)' }],
    ['{"t": "say \\"<user>\\""}', { t: 'say "u "1""' }],
    ['{"t": "<list>"}', { t: '[1,{"a":"x"},"y"]' }],
    ['{"none": <none>, "t": "[<none>]"}', { none: '', t: '[]' }],
    ['[<count>, "<count>", {"deep": [<state>]}]', [3, '3', { deep: ['RUNNING'] }]],
    ['<user>', 'u "1"'],
    ['{"x": "a < b > c"}', { x: 'a < b > c' }],
    [
      '{"arn": <aws.events.rule-arn>, "name": "rule <aws.events.rule-name>"}',
      { arn: context.ruleArn, name: 'rule r' },
    ],
    ['{"at": "<aws.events.event.ingestion-time>"}', { at: context.ingestionTime }],
    ['{"all": <aws.events.event.json>}', { all: event }],
    [
      '{"envelope": <aws.events.event>}',
      { envelope: { version: '0', id: 'e-1', 'detail-type': 'Sign-in', source: 'shop' } },
    ],
  ];
  for (const [template, value] of rows) it(template, () => expect(transform(template, paths)).toEqual(value));
});

describe('templates of strings', () => {
  it('are one text', () =>
    expect(transform('"<user> is in state \\"<state>\\""', paths)).toBe('u "1" is in state "RUNNING"'));
  it('may have several lines', () =>
    expect(transform('"user: <user>"\n"state: <state>"', paths)).toBe('user: u "1"\nstate: RUNNING'));
});

describe('refusals', () => {
  const rows: [template: string, map: Record<string, string>, code: string][] = [
    ['{"a": <other>}', paths, 'variable-unknown'],
    ['{"a": "<aws.events.other>"}', paths, 'variable-unknown'],
    ['{<user>: 1}', paths, 'template-invalid'],
    ['{"<user>": 1}', paths, 'template-invalid'],
    ['{"a": "all: <aws.events.event.json>"}', paths, 'template-invalid'],
    ['{"a": <user>', paths, 'template-invalid'],
    ['hello <user>', paths, 'template-invalid'],
    ['"a"\n{"b": 1}', paths, 'template-invalid'],
    ['{"a": "\\u0000=user\\u0000"}', paths, 'template-invalid'],
    ['{}', { 'aws.events.event': '$' }, 'variable-reserved'],
    ['{}', { 'a b': '$' }, 'variable-reserved'],
    ['{}', { a: 'detail' }, 'path-invalid'],
    ['{}', Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`v${i}`, '$'])), 'path-invalid'],
  ];
  for (const [template, map, code] of rows) {
    it(`${code}: ${template}`, () =>
      expect(() => transform(template, map)).toThrow(expect.objectContaining({ code })));
  }
});

it('puts values in as data: no value can change what surrounds it', () => {
  const nasty = fc.oneof(
    fc.string(),
    fc.constantFrom('", "admin": true, "x": "', '<b>', '\u0000=b\u0000', '\\', '\\u0022', '$&'),
  );
  fc.assert(
    fc.property(nasty, nasty, (a, b) => {
      const fill = compileInput({
        InputTransformer: {
          InputPathsMap: { a: '$.a', b: '$.b' },
          InputTemplate: '{"bare": <a>, "text": "<a>|<b>", "fixed": 1}',
        },
      });
      expect(fill({ a, b }, context)).toEqual({ bare: a, text: `${a}|${b}`, fixed: 1 });
    }),
  );
});
