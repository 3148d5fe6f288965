import { describe, expect, test } from 'vitest';
import { checkEdge } from './through-edge.ts';

const code = (headers: Record<string, string>, secret: string | undefined): string | undefined => {
  try {
    checkEdge(headers, secret);
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

describe('a request that did not come through the distribution', () => {
  test('is refused, where there is one', () => {
    expect(code({ 'x-countersign-edge': 'secret' }, 'secret')).toBeUndefined();
    for (const shown of ['', 'Secret', 'secret2', 'secre'])
      expect(code({ 'x-countersign-edge': shown }, 'secret')).toBe('edge-bypassed');
    expect(code({}, 'secret')).toBe('edge-bypassed');
    expect(code({}, undefined)).toBeUndefined();
  });

  test('is refused when the secret is empty: nothing must not open anything', () => {
    expect(code({ 'x-countersign-edge': '' }, '')).toBe('edge-bypassed');
    expect(code({}, '')).toBe('edge-bypassed');
  });
});
