import { describe, expect, it } from 'vitest';
import { EventError } from './event-error.ts';
import { Member } from './member.ts';

function member(value: unknown): Member {
  return new Member(value, 'detail');
}

/** The field and problem of the refusal that a read ends in. */
function refusal(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    return error instanceof EventError ? error.fields[0] : error;
  }
}

describe('a member', () => {
  it.each([[null], [undefined], [''], ['  \t'], ['redacted']])('of value %j is absent', (value) => {
    const one = member({ a: value }).get('a');
    expect([one.present, one.text(), one.word(), one.flag(), one.items(), one.get('b').present]).toEqual([
      false,
      undefined,
      undefined,
      undefined,
      [],
      false,
    ]);
  });

  it.each([[0], [false], ['x'], [{}], [[]]])('of value %j is present', (value) => {
    expect(member({ a: value }).get('a').present).toBe(true);
  });

  it('is found by its name, else without regard to case, and never on the prototype', () => {
    const record = member({ eventType: 'exact', EVENTTYPE: 'other', useridentity: 'lower' });
    expect(record.get('eventType').text()).toBe('exact');
    expect(record.get('userIdentity').text()).toBe('lower');
    expect(record.get('userIdentity').path).toBe('detail.useridentity');
    expect(record.get('toString').present).toBe(false);
    expect(record.get('hasOwnProperty').present).toBe(false);
  });

  it('names itself when its type is wrong', () => {
    expect(refusal(() => member({ a: 1 }).get('a').get('b'))).toEqual({
      field: 'detail.a',
      problem: 'must be an object',
    });
    expect(
      refusal(() =>
        member({ a: [1] })
          .get('a')
          .get('b'),
      ),
    ).toEqual({ field: 'detail.a', problem: 'must be an object' });
    expect(refusal(() => member({ a: {} }).get('a').items())).toEqual({
      field: 'detail.a',
      problem: 'must be an array',
    });
    expect(
      refusal(() =>
        member({ a: [{}] })
          .get('a')
          .items()[0]
          ?.text(),
      ),
    ).toEqual({
      field: 'detail.a[0]',
      problem: 'must be text',
    });
    expect(refusal(() => member(true).text())).toEqual({ field: 'detail', problem: 'must be text' });
  });

  it('takes text up to its length, and numbers that JSON keeps exact', () => {
    expect(member('x'.repeat(256)).text()).toBe('x'.repeat(256));
    expect(refusal(() => member('x'.repeat(257)).text())).toMatchObject({
      problem: 'is longer than 256 characters',
    });
    expect(member('x'.repeat(4096)).clipped()).toHaveLength(1024);
    expect(refusal(() => member('x'.repeat(4097)).clipped())).toMatchObject({ field: 'detail' });
    expect(member(Number.MAX_SAFE_INTEGER).text()).toBe('9007199254740991');
    expect(refusal(() => member(Number.MAX_SAFE_INTEGER + 1).text())).toMatchObject({ field: 'detail' });
    expect(refusal(() => member('a\ud800').text())).toMatchObject({ problem: 'is not well-formed Unicode' });
  });

  it('reads objects from JSON text and takes any other text for none', () => {
    expect(member('{"a": "b"}').json().get('a').text()).toBe('b');
    for (const text of ['a sentence', '"quoted"', '[1]', '12', '{"a":', `{"a": "${'x'.repeat(70_000)}"}`]) {
      expect(member(text).json().present).toBe(false);
    }
  });

  it('reads yes and no in the words that providers use', () => {
    expect(['Yes', 'true', 'TRUE', true].map((value) => member(value).flag())).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['No', 'False', false].map((value) => member(value).flag())).toEqual([false, false, false]);
    expect(member('perhaps').flag()).toBeUndefined();
  });
});
