import { randomInt } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { writePrivate } from './dev-issuer.ts';
import type { Secret } from './endpoint/index.ts';
import type { LocalTemplate } from './template.ts';

/** `GenerateSecretString` of `AWS::SecretsManager::Secret`. */
interface Generation {
  /** @default 32 */
  readonly PasswordLength?: number;
  readonly ExcludeCharacters?: string;
  readonly ExcludeNumbers?: boolean;
  readonly ExcludePunctuation?: boolean;
  readonly ExcludeUppercase?: boolean;
  readonly ExcludeLowercase?: boolean;
}

/**
 * The secrets of a template, with values generated once and kept in a file that only its owner can read.
 *
 * @returns a look-up by ARN or name.
 * @example
 * ```ts
 * const secrets = openSecrets(template, '.local/secrets.json');
 * secrets('arn:aws:secretsmanager:us-east-1:000000000000:secret:pseudonyms')?.SecretString.length; // 64
 * ```
 */
export function openSecrets(template: LocalTemplate, file: string): (id: string) => Secret | undefined {
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : {};
  const values = new Map(Object.entries(kept));
  const secrets = template.ofType('AWS::SecretsManager::Secret').map(({ arn = '', properties }): Secret => {
    const { SecretString, GenerateSecretString = {} } = properties as {
      SecretString?: string;
      GenerateSecretString?: Generation;
    };
    if (!values.has(arn)) values.set(arn, SecretString ?? generate(GenerateSecretString));
    return { ARN: arn, Name: arn.split(':secret:')[1] ?? arn, SecretString: values.get(arn)! };
  });
  if (values.size > Object.keys(kept).length) {
    writePrivate(file, `${JSON.stringify(Object.fromEntries(values), null, 2)}\n`);
  }
  return (id) => secrets.find(({ ARN, Name }) => ARN === id || Name === id);
}

function generate(rules: Generation): string {
  const kinds = [
    [rules.ExcludeLowercase, 'abcdefghijklmnopqrstuvwxyz'],
    [rules.ExcludeUppercase, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'],
    [rules.ExcludeNumbers, '0123456789'],
    [rules.ExcludePunctuation, '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'],
  ] as const;
  const letters = kinds
    .flatMap(([excluded, characters]) => (excluded ? [] : [...characters]))
    .filter((character) => !rules.ExcludeCharacters?.includes(character));
  return Array.from({ length: rules.PasswordLength ?? 32 }, () => letters[randomInt(letters.length)]).join(
    '',
  );
}
