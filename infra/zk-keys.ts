import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Annotations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ROOT } from './bundle.ts';
import { SettingsError } from './settings.ts';

/** By what name an operator takes the risk of keys that a development ceremony made. */
export const DEVELOPMENT_KEYS_ACKNOWLEDGED = 'development-keys-allow-forged-proofs';

/**
 * Warns where production would be deployed with the keys of a development ceremony: its functions refuse them, and with
 * them every zero-knowledge presentation, until the operator supplies a ceremony's keys in `circuits/keys` or
 * acknowledges the risk by name. The rest of the deployment needs no such keys, so it is not stopped.
 *
 * @param options.keys folder of the keys; default `circuits/keys`
 * @throws SettingsError when the acknowledgement is in other words.
 */
export function checkZkKeys(
  scope: Construct,
  options: {
    readonly stage: string;
    readonly acknowledged?: string | undefined;
    readonly keys?: string;
  },
): void {
  const { stage, acknowledged, keys = join(ROOT, 'circuits/keys') } = options;
  if (acknowledged !== undefined && acknowledged !== DEVELOPMENT_KEYS_ACKNOWLEDGED)
    throw new SettingsError(
      'settings-invalid',
      `zkKeysAcknowledged can only be ${DEVELOPMENT_KEYS_ACKNOWLEDGED}`,
    );
  if (stage !== 'prod' || acknowledged !== undefined) return;
  const { ceremony } = JSON.parse(readFileSync(join(keys, 'manifest.json'), 'utf8')) as {
    ceremony: { kind: string };
  };
  if (ceremony.kind === 'production') return;
  Annotations.of(scope).addWarningV2(
    'countersign:zk-keys-development',
    `zero-knowledge presentations will be refused: the keys in ${keys} are of a development ceremony, whose maker can forge proofs. Supply a ceremony's keys (npm run ceremony), or set verifier.zkKeysAcknowledged to ${DEVELOPMENT_KEYS_ACKNOWLEDGED}`,
  );
}
