import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { afterAll, describe, expect, it } from 'vitest';
import * as verifier from '../functions/credentials/zk/index.ts';
import { templatesOf, testApp } from './test-app.ts';
import { checkZkKeys, DEVELOPMENT_KEYS_ACKNOWLEDGED } from './zk-keys.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-keys-'));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ ceremony: { kind: 'production' } }));

const warningsOf = (options: Parameters<typeof checkZkKeys>[1]): number => {
  const stack = new Stack(new App(), 'countersign-test');
  checkZkKeys(stack, options);
  return Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('zkKeysAcknowledged')).length;
};

describe('keys of a development ceremony', () => {
  it('are warned of in production alone, and not where the operator supplied keys or took the risk by name', () => {
    expect(warningsOf({ stage: 'prod' })).toBe(1);
    expect(warningsOf({ stage: 'prod', keys: folder })).toBe(0);
    expect(warningsOf({ stage: 'prod', acknowledged: DEVELOPMENT_KEYS_ACKNOWLEDGED })).toBe(0);
    expect(warningsOf({ stage: 'dev' })).toBe(0);
  });

  it('are acknowledged in the words that the functions ask for, and in no others', () => {
    expect(DEVELOPMENT_KEYS_ACKNOWLEDGED).toBe(verifier.DEVELOPMENT_KEYS_ACKNOWLEDGED);
    for (const acknowledged of ['yes', '', 'true'])
      expect(() => warningsOf({ stage: 'prod', acknowledged })).toThrow('zkKeysAcknowledged');
  });

  it('are told of to each function that verifies: its stage, and the acknowledgement where there is one', {
    timeout: 120_000,
  }, () => {
    const { app, remove } = testApp({
      countersign: {
        dev: {},
        prod: { edge: false, verifier: { zkKeysAcknowledged: DEVELOPMENT_KEYS_ACKNOWLEDGED } },
      },
    });
    const told = Object.entries(templatesOf(app)).flatMap(([stage, template]) =>
      Object.values(template.findResources('AWS::Lambda::Function'))
        .map(({ Properties }) => Properties.Environment?.Variables ?? {})
        .filter((variables) => 'STAGE' in variables)
        .map(({ STAGE, ZK_KEYS_ACKNOWLEDGED }) => [stage, STAGE, ZK_KEYS_ACKNOWLEDGED]),
    );
    remove();
    expect(told).toEqual([
      ...Array(3).fill(['dev', 'dev', undefined]),
      ...Array(3).fill(['prod', 'prod', DEVELOPMENT_KEYS_ACKNOWLEDGED]),
    ]);
  });
});
