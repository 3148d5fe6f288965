import { AwsError } from '../aws-error.ts';
import type { Operations } from './operations.ts';
import { optionalText, text } from './wire.ts';

/** A secret and its one version. */
export interface Secret {
  readonly ARN: string;
  readonly Name: string;
  readonly SecretString: string;
}

/** Finds a secret by its ARN or name. */
export type SecretLookup = (secretId: string) => Secret | undefined;

/** Secrets Manager's one operation that functions use. */
export function secretsOperations(secrets: SecretLookup): Operations {
  return {
    GetSecretValue: (input) => {
      const secret = secrets(text(input, 'SecretId'));
      const stage = optionalText(input, 'VersionStage') ?? 'AWSCURRENT';
      if (!secret || stage !== 'AWSCURRENT') {
        throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
      }
      return { ...secret, VersionId: '00000000-0000-4000-8000-000000000001', VersionStages: ['AWSCURRENT'] };
    },
  };
}
