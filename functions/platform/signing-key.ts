import { createHash, createPublicKey, type JsonWebKey } from 'node:crypto';
import { GetPublicKeyCommand, type KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { CountersignError } from './errors.ts';

/** Signature algorithms of JOSE that Countersign signs with (RFC 7518 §3.1). */
export type SigningAlgorithm = 'RS256' | 'ES256';

/** A public key as it is published, with its name and use (RFC 7517). */
export type PublishedJwk = JsonWebKey & {
  readonly kid: string;
  readonly alg: SigningAlgorithm;
  readonly use: 'sig';
};

/** A private key that signs and never leaves where it is kept. */
export interface SigningKey {
  readonly alg: SigningAlgorithm;
  /** The public half; `kid` is its thumbprint (RFC 7638). Read once, then remembered. */
  publicJwk(): Promise<PublishedJwk>;
  /** The signature over the bytes, as JOSE writes it: for ES256 the two numbers side by side. */
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

/** The members that make a key's thumbprint, in the order that RFC 7638 §3.2 asks for. */
const THUMBPRINT = { RSA: ['e', 'kty', 'n'], EC: ['crv', 'kty', 'x', 'y'] } as const;

/**
 * The thumbprint of a public key: SHA-256, base64url (RFC 7638).
 *
 * @throws CountersignError `signing-key-unusable` for a key that is neither RSA nor on a curve.
 */
export const thumbprint = (jwk: JsonWebKey): string => {
  const members = THUMBPRINT[jwk.kty as keyof typeof THUMBPRINT];
  if (!members)
    throw new CountersignError('signing-key-unusable', 'The signing key is neither RSA nor elliptic');
  const canonical = JSON.stringify(Object.fromEntries(members.map((name) => [name, jwk[name]])));
  return createHash('sha256').update(canonical).digest('base64url');
};

/** KMS answers ECDSA in DER; JOSE wants two 32-byte numbers (RFC 7518 §3.4). */
const joseOfDer = (der: Uint8Array): Uint8Array => {
  const integer = (at: number) => der.subarray(at + 2, at + 2 + der[at + 1]!);
  const r = integer(2);
  const s = integer(4 + r.length);
  return Buffer.concat([r, s].map((part) => Buffer.concat([Buffer.alloc(32), part]).subarray(-32)));
};

const KMS_ALGORITHM = { RS256: 'RSASSA_PKCS1_V1_5_SHA_256', ES256: 'ECDSA_SHA_256' } as const;

/**
 * A signing key in AWS KMS. Only digests are sent there, so that what is signed may be of any size.
 *
 * @param keyId ARN or id of an asymmetric key for signing: RSA of 2,048 bits or more, or NIST P-256.
 * @throws CountersignError `signing-key-unavailable` (503) when KMS does not answer.
 * @example
 * ```ts
 * const key = kmsSigningKey(new KMSClient(CLIENT_SETTINGS), config.SIGNING_KEY_ARN, 'RS256');
 * await signJws(key, { typ: 'secevent+jwt' }, { iss, jti, iat, aud, events });
 * ```
 */
export const kmsSigningKey = (
  client: KMSClient,
  keyId: string,
  alg: SigningAlgorithm = 'RS256',
): SigningKey => {
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      if (cause instanceof CountersignError) throw cause;
      throw new CountersignError('signing-key-unavailable', 'The signing key did not answer', {
        status: 503,
        cause,
      });
    }
  };
  const read = () =>
    guarded(async (): Promise<PublishedJwk> => {
      const { PublicKey } = await client.send(new GetPublicKeyCommand({ KeyId: keyId }));
      const jwk = createPublicKey({
        key: Buffer.from(PublicKey ?? []),
        format: 'der',
        type: 'spki',
      }).export({ format: 'jwk' });
      return { ...jwk, kid: thumbprint(jwk), alg, use: 'sig' };
    });
  let known: Promise<PublishedJwk> | undefined;
  return {
    alg,
    publicJwk: () => {
      if (!known) {
        const reading = read();
        known = reading;
        // A passing fault must not be remembered.
        reading.catch(() => {
          known = undefined;
        });
      }
      return known;
    },
    sign: (bytes) =>
      guarded(async () => {
        const { Signature } = await client.send(
          new SignCommand({
            KeyId: keyId,
            Message: createHash('sha256').update(bytes).digest(),
            MessageType: 'DIGEST',
            SigningAlgorithm: KMS_ALGORITHM[alg],
          }),
        );
        if (!Signature) throw new CountersignError('signing-key-unavailable', 'KMS sent no signature');
        return alg === 'ES256' ? joseOfDer(Signature) : Signature;
      }),
  };
};

/**
 * Signs claims as a JWS in compact form (RFC 7515 §3.1). `alg` and `kid` come from the key.
 *
 * @param header further members of the protected header: `typ`, `x5c` …
 */
export const signJws = async (
  key: SigningKey,
  header: Readonly<Record<string, unknown>>,
  payload: Readonly<Record<string, unknown>>,
): Promise<string> => {
  const { kid } = await key.publicJwk();
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ ...header, alg: key.alg, kid })}.${part(payload)}`;
  return `${signed}.${Buffer.from(await key.sign(Buffer.from(signed))).toString('base64url')}`;
};
