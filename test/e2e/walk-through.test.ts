import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalModeForTest, startLocalMode } from '../local-mode.ts';
import { walk } from './walk.ts';

let local: LocalModeForTest;
beforeAll(async () => {
  local = await startLocalMode();
});
afterAll(() => local?.end());

test('the walk through docs/wallets.md runs as it is written, and ends with what was disclosed', async () => {
  const outputs = await walk('docs/wallets.md', local);
  expect(outputs).toHaveLength(4);
  expect(outputs[0]).toMatch(/^Trusted for/);
  expect(outputs[2]).toBe('200 {}');
  const { status, credentials } = JSON.parse(outputs[3]!);
  expect([status, credentials[0].format, credentials[0].claims]).toEqual([
    'verified',
    'dc+sd-jwt',
    { given_name: 'Ada' },
  ]);
});
