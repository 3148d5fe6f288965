import { expect, test } from 'vitest';
import { DEVELOPMENT_KEYS_ACKNOWLEDGED } from '../credentials/zk/index.ts';
import { verificationDeps } from './verification-deps.ts';
import type { VerificationContext } from './verify-answer.ts';

const ISSUER = 'did:web:issuer.example';
const presentation = {
  verifiableCredential: { issuer: ISSUER, proof: { cryptosuite: 'countersign-groth16-2026' } },
};

/** What a function that is deployed so answers to any zero-knowledge presentation. */
const answerOf = (STAGE: string, ZK_KEYS_ACKNOWLEDGED?: string): Promise<unknown> => {
  const { ldp } = verificationDeps({
    REMOTE_HOSTS: [],
    UNAVAILABLE_STATUS: 'refuse',
    STAGE,
    ZK_KEYS_ACKNOWLEDGED,
  });
  return ldp
    .verify(presentation, {
      bindingRequired: true,
      binding: { audience: 'a', nonce: 'n' },
      asked: { meta: {} },
      registry: async () => ({ issuer: ISSUER, types: [] }),
    } as unknown as VerificationContext)
    .catch((error: { code?: string }) => error.code);
};

test('a production function refuses the keys of a development ceremony, unless they are acknowledged by name', async () => {
  expect(await answerOf('prod')).toBe('zk-keys-development');
  expect(await answerOf('prod', 'yes')).toBe('zk-keys-development');
  // Past the keys: this presentation is not signed.
  expect(await answerOf('prod', DEVELOPMENT_KEYS_ACKNOWLEDGED)).toBe('key-binding-missing');
  expect(await answerOf('dev')).toBe('key-binding-missing');
});
