import {
  createHash,
  createPrivateKey,
  type JsonWebKey,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import {
  CoseKey,
  DeviceKey,
  DeviceRequest,
  DocRequest,
  Holder,
  Issuer,
  type IssuerSigned,
  ItemsRequest,
  type MdocContext,
  SessionTranscript,
  SignatureAlgorithm,
} from '@owf/mdoc';
import fixture from '../fixtures/mdoc-certificates.json' with { type: 'json' };
import { authoritiesOf } from '../jose/index.ts';
import { newKey, type TestKey } from './tokens.ts';

/** Certificates of the fixture, base64 DER. */
export const CERTIFICATES: Readonly<Record<string, string>> = fixture.certificates;
const PRIVATE_KEYS: Readonly<Record<string, string>> = fixture.privateKeys;

/** The authority that the tests trust, as the registry names it. */
export const AUTHORITY = `aki:${authoritiesOf([CERTIFICATES.signer!])[0]}`;

const refused = () => {
  throw new Error('This wallet does not do that');
};

const signWith = (key: KeyObject, data: Uint8Array): Uint8Array =>
  sign(key.asymmetricKeyDetails?.namedCurve === 'secp384r1' ? 'sha384' : 'sha256', data, {
    key,
    dsaEncoding: 'ieee-p1363',
  });

/** The cryptography that the OpenWallet Foundation's library leaves to its caller. */
const context: MdocContext = {
  crypto: {
    random: (length) => randomBytes(length),
    digest: ({ digestAlgorithm, bytes }) =>
      createHash(digestAlgorithm.replace('-', '').toLowerCase()).update(bytes).digest(),
    calculateEphemeralMacKey: refused,
  },
  cose: {
    sign1: {
      sign: ({ toBeSigned, key }) =>
        signWith(createPrivateKey({ key: curveOfNode(key.jwk as JsonWebKey), format: 'jwk' }), toBeSigned),
      verify: refused,
    },
    mac0: { sign: refused, verify: refused },
  },
  x509: {
    getIssuerNameField: refused,
    getPublicKey: refused,
    verifyCertificateChain: refused,
    getCertificateData: refused,
  },
};

/** The library knows the curve of P-384 by a name in small letters. */
const curveOfLibrary = (jwk: JsonWebKey) => ({ ...jwk, crv: jwk.crv?.replace('P-384', 'p-384') });
const curveOfNode = (jwk: JsonWebKey) => ({ ...jwk, crv: jwk.crv?.replace('p-384', 'P-384') }) as JsonWebKey;

const coseKeyOf = (key: KeyObject): CoseKey => CoseKey.fromJwk(curveOfLibrary(key.export({ format: 'jwk' })));

export const MDL = 'org.iso.18013.5.1.mDL';
export const MDL_NAMESPACE = 'org.iso.18013.5.1';

/** What a licence says when nothing is wrong. */
export const ELEMENTS = {
  family_name: 'Lovelace',
  given_name: 'Ada',
  age_over_18: true,
  issuing_country: 'UT',
};

const seconds = (offset: number): Date => new Date(Math.floor(Date.now() / 1000 + offset) * 1000);

/** Issues a document to a device, by the OpenWallet Foundation's library. */
export const issueMdoc = (
  device: TestKey,
  {
    docType = MDL,
    elements = ELEMENTS as Record<string, unknown>,
    by = 'signer' as string,
    chain = undefined as readonly string[] | undefined,
    digestAlgorithm = 'SHA-256' as 'SHA-256' | 'SHA-384' | 'SHA-512',
    validity = {} as { signed?: Date; validFrom?: Date; validUntil?: Date },
  } = {},
): Promise<IssuerSigned> => {
  const key = createPrivateKey(PRIVATE_KEYS[by]!);
  return new Issuer(docType, context).addIssuerNamespace(MDL_NAMESPACE, elements).sign({
    signingKey: coseKeyOf(key),
    algorithm:
      key.asymmetricKeyDetails?.namedCurve === 'secp384r1'
        ? SignatureAlgorithm.ES384
        : SignatureAlgorithm.ES256,
    digestAlgorithm,
    validityInfo: { signed: seconds(-60), validFrom: seconds(-60), validUntil: seconds(3600), ...validity },
    deviceKeyInfo: { deviceKey: DeviceKey.fromJwk(device.publicJwk) as DeviceKey },
    certificates: (chain ?? [by]).map((name) => Buffer.from(CERTIFICATES[name]!, 'base64')),
  });
};

/** What a wallet binds its presentation to. */
export interface MdocSession {
  readonly audience: string;
  readonly nonce: string;
  readonly responseUri?: string;
  /** Thumbprint of the verifier's key, base64url. */
  readonly encryptedFor?: string;
}

/** Presents elements of a document, by the OpenWallet Foundation's library. */
export const presentMdocTo = async (
  issued: IssuerSigned,
  device: TestKey,
  names: readonly string[],
  { audience, nonce, responseUri, encryptedFor }: MdocSession,
  docType = MDL,
): Promise<string> => {
  const thumbprint =
    encryptedFor === undefined ? {} : { jwkThumbprint: Buffer.from(encryptedFor, 'base64url') };
  const sessionTranscript =
    responseUri === undefined
      ? await SessionTranscript.forOid4VpDcApi(
          { origin: audience.slice('origin:'.length), nonce, ...thumbprint },
          context,
        )
      : await SessionTranscript.forOid4Vp({ clientId: audience, nonce, responseUri, ...thumbprint }, context);
  const itemsRequest = ItemsRequest.create({
    docType,
    namespaces: { [MDL_NAMESPACE]: Object.fromEntries(names.map((name) => [name, false])) },
  });
  const response = await Holder.createDeviceResponseForDeviceRequest(
    {
      deviceRequest: DeviceRequest.create({ docRequests: [DocRequest.create({ itemsRequest })] }),
      sessionTranscript,
      issuerSigned: [issued],
      signature: {
        signingKey: CoseKey.fromJwk({ ...device.privateKey.export({ format: 'jwk' }), alg: 'ES256' }),
      },
    },
    context,
  );
  return response.encodedForOid4Vp;
};

export { newKey };
