import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CLIENT_SETTINGS } from './clients.ts';
import { recoverable } from './recoverable.ts';

/**
 * A secret of Secrets Manager as text, read at once and then remembered; after a failure it is read again at the
 * next use.
 *
 * @example
 * ```ts
 * const secret = secretReader(config.PSEUDONYM_SECRET_ARN);
 * pseudonymsFor(await secret(), tenant);
 * ```
 */
export const secretReader = (arn: string): (() => Promise<string>) => {
  const client = new SecretsManagerClient(CLIENT_SETTINGS);
  return recoverable(
    async () => (await client.send(new GetSecretValueCommand({ SecretId: arn }))).SecretString ?? '',
  );
};
