import {
  constants,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  privateEncrypt,
} from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { p256 } from '@noble/curves/nist.js';
import { AwsError } from '../aws-error.ts';
import { writePrivate } from '../dev-issuer.ts';
import type { LocalTemplate } from '../template.ts';
import type { Operations } from './operations.ts';
import { optionalText, text } from './wire.ts';

/** A signing key of the template, kept in a file. */
export interface LocalSigningKey {
  readonly arn: string;
  readonly keyId: string;
  /** `RSA_2048`, `ECC_NIST_P256` … */
  readonly spec: string;
  readonly privateKey: KeyObject;
}

/** Finds a signing key by its ARN or id. */
export type SigningKeyLookup = (keyId: string) => LocalSigningKey | undefined;

const ALGORITHM: Readonly<Record<string, string>> = {
  RSA_2048: 'RSASSA_PKCS1_V1_5_SHA_256',
  RSA_3072: 'RSASSA_PKCS1_V1_5_SHA_256',
  RSA_4096: 'RSASSA_PKCS1_V1_5_SHA_256',
  ECC_NIST_P256: 'ECDSA_SHA_256',
};

/** What stands before a SHA-256 digest in a signature by PKCS #1 v1.5 (RFC 8017 §9.2, note 1). */
const SHA256_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex');

/** KMS's operations on signing keys: `Sign` and `GetPublicKey`. */
export function kmsOperations(keys: SigningKeyLookup): Operations {
  const find = (input: Readonly<Record<string, unknown>>): LocalSigningKey => {
    const keyId = text(input, 'KeyId');
    const key = keys(keyId);
    if (!key) throw new AwsError('NotFoundException', `Key '${keyId}' does not exist`);
    return key;
  };
  return {
    GetPublicKey: (input) => {
      const key = find(input);
      return {
        KeyId: key.arn,
        KeySpec: key.spec,
        CustomerMasterKeySpec: key.spec,
        KeyUsage: 'SIGN_VERIFY',
        PublicKey: createPublicKey(key.privateKey).export({ format: 'der', type: 'spki' }).toString('base64'),
        SigningAlgorithms: [ALGORITHM[key.spec]],
      };
    },
    Sign: (input) => {
      const key = find(input);
      const algorithm = text(input, 'SigningAlgorithm');
      if (algorithm !== ALGORITHM[key.spec])
        throw new AwsError('ValidationException', `${algorithm} is not what this key signs with locally.`);
      const message = Buffer.from(text(input, 'Message'), 'base64');
      const isDigest = (optionalText(input, 'MessageType') ?? 'RAW') === 'DIGEST';
      if (isDigest && message.length !== 32)
        throw new AwsError('ValidationException', 'Digest is invalid length for algorithm.');
      if (!isDigest && message.length > 4096)
        throw new AwsError('ValidationException', 'A raw message has at most 4096 bytes.');
      return {
        KeyId: key.arn,
        SigningAlgorithm: algorithm,
        Signature: signatureOf(key, message, isDigest).toString('base64'),
      };
    },
  };
}

/** Node signs no ready digest, so both schemes are put together from their parts. */
function signatureOf({ spec, privateKey }: LocalSigningKey, message: Buffer, isDigest: boolean): Buffer {
  const digest = isDigest ? message : createHash('sha256').update(message).digest();
  if (ALGORITHM[spec] === 'ECDSA_SHA_256') {
    const secret = Buffer.from(privateKey.export({ format: 'jwk' }).d!, 'base64url');
    return Buffer.from(p256.sign(digest, secret, { prehash: false, format: 'der' }));
  }
  const padding = constants.RSA_PKCS1_PADDING;
  return privateEncrypt({ key: privateKey, padding }, Buffer.concat([SHA256_INFO, digest]));
}

/**
 * The asymmetric signing keys of a template, made once and kept in a file that only its owner can read.
 *
 * @returns a look-up by ARN or id.
 * @throws AwsError `ValidationException` for a key spec that local mode does not sign with.
 */
export function openSigningKeys(template: LocalTemplate, file: string): SigningKeyLookup {
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : {};
  const before = Object.keys(kept).length;
  const keys = template
    .ofType('AWS::KMS::Key')
    .filter(({ properties }) => properties.KeyUsage === 'SIGN_VERIFY')
    .map(({ arn = '', ref, properties }): LocalSigningKey => {
      const spec = String(properties.KeySpec);
      if (!ALGORITHM[spec]) throw new AwsError('ValidationException', `No key of ${spec} signs locally.`);
      kept[arn] ??= generate(spec);
      return { arn, keyId: ref, spec, privateKey: createPrivateKey(kept[arn]) };
    });
  if (Object.keys(kept).length > before) writePrivate(file, `${JSON.stringify(kept, null, 2)}\n`);
  return (id) => keys.find(({ arn, keyId }) => arn === id || keyId === id);
}

function generate(spec: string): string {
  const { privateKey } =
    spec === 'ECC_NIST_P256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: Number(spec.slice('RSA_'.length)) });
  return String(privateKey.export({ format: 'pem', type: 'pkcs8' }));
}
