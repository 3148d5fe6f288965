import { createHash, createPublicKey, randomBytes, verify, X509Certificate } from 'node:crypto';
import { setGlobalConfig } from '@openid4vc/oauth2';
import { Openid4vpClient } from '@openid4vc/openid4vp';
import type { IssuerSigned } from '@owf/mdoc';
import { CompactEncrypt, importJWK, SignJWT } from 'jose';
import { type Party, sign } from '../../credentials/data-integrity/testing.ts';
import { publicKeyOf, thumbprintOf } from '../../credentials/jose/index.ts';
import { presentMdocTo } from '../../credentials/testing/mdoc.ts';
import { sdJwtLibrary, type TestKey } from '../../credentials/testing/tokens.ts';

// Local mode listens on http.
setGlobalConfig({ allowInsecureUrls: true });

/** Keys of verifiers by how a request object names them. */
const publicKeyOfSigner = (signer: { method: string; didUrl?: string; x5c?: string[] }) => {
  if (signer.method === 'did' && signer.didUrl?.startsWith('did:jwk:')) {
    const text = signer.didUrl.slice('did:jwk:'.length).split('#')[0]!;
    return createPublicKey({ key: JSON.parse(Buffer.from(text, 'base64url').toString()), format: 'jwk' });
  }
  if (signer.method === 'x5c') return new X509Certificate(Buffer.from(signer.x5c![0]!, 'base64')).publicKey;
  throw new Error(`The wallet knows no key by ${signer.method}`);
};

/** The OpenWallet Foundation's OpenID4VP client as a wallet. */
export const openClient = (fetcher: typeof fetch = fetch): Openid4vpClient =>
  new Openid4vpClient({
    callbacks: {
      fetch: fetcher,
      hash: (data, alg) => createHash(alg.replace('-', '')).update(data).digest(),
      signJwt: () => {
        throw new Error('This wallet signs no responses');
      },
      verifyJwt: async (signer, { compact }) => {
        const key = publicKeyOfSigner(signer as never);
        const [header, payload, signature] = compact.split('.') as [string, string, string];
        const verified = verify(
          'sha256',
          Buffer.from(`${header}.${payload}`),
          { key, dsaEncoding: 'ieee-p1363' },
          Buffer.from(signature, 'base64url'),
        );
        return verified
          ? { verified: true, signerJwk: key.export({ format: 'jwk' }) as never }
          : { verified: false };
      },
      decryptJwe: () => ({ decrypted: false }),
      encryptJwe: async ({ publicJwk, alg, enc, apu, apv }, data) => {
        const encryption = new CompactEncrypt(Buffer.from(data)).setProtectedHeader({
          alg,
          enc,
          kid: publicJwk.kid!,
        });
        if (apu !== undefined || apv !== undefined)
          encryption.setKeyManagementParameters({
            ...(apu === undefined ? {} : { apu: Buffer.from(apu, 'base64url') }),
            ...(apv === undefined ? {} : { apv: Buffer.from(apv, 'base64url') }),
          });
        return {
          encryptionJwk: publicJwk,
          jwe: await encryption.encrypt(await importJWK(publicJwk as never, alg)),
        };
      },
      getX509CertificateMetadata: (certificate) => {
        const names = new X509Certificate(Buffer.from(certificate, 'base64')).subjectAltName ?? '';
        return {
          sanDnsNames: [...names.matchAll(/DNS:([^,]+)/g)].map((match) => match[1]!),
          sanUriNames: [...names.matchAll(/URI:([^,]+)/g)].map((match) => match[1]!),
        };
      },
    },
  });

type Resolved = Awaited<ReturnType<Openid4vpClient['resolveOpenId4vpAuthorizationRequest']>>;

/** What a wallet presents, once it knows for whom and for what request. */
export type Presenter = (
  audience: string,
  nonce: string,
  request: Record<string, unknown>,
) => Promise<unknown>;

/** Presents an SD-JWT with the named claims, bound to the holder's key. */
export const presentSdJwt =
  (
    credential: string,
    holder: TestKey | undefined,
    frame: Record<string, unknown>,
    binding: Record<string, unknown> = {},
  ): Presenter =>
  (audience, nonce) => {
    return sdJwtLibrary(undefined, holder).present(
      credential,
      frame as never,
      holder
        ? {
            kb: {
              payload: { iat: Math.floor(Date.now() / 1000), aud: audience, nonce, ...binding } as never,
            },
          }
        : undefined,
    );
  };

/** Presents a credential in a JWT, in a presentation signed by the holder. */
export const presentJwtVc =
  (credential: string, holder: TestKey, claims: Record<string, unknown> = {}): Presenter =>
  (audience, nonce) =>
    new SignJWT({
      vp: {
        '@context': ['https://www.w3.org/2018/credentials/v1'],
        type: ['VerifiablePresentation'],
        verifiableCredential: [credential],
      },
      iss: holder.did,
      aud: audience,
      nonce,
      iat: Math.floor(Date.now() / 1000),
      ...claims,
    })
      .setProtectedHeader({ alg: 'ES256', kid: `${holder.did}#0`, typ: 'JWT' })
      .sign(holder.privateKey);

/** Presents elements of an mdoc, signed by its device over the session that the request opens. */
export const presentMdoc =
  (issued: IssuerSigned, device: TestKey, names: readonly string[]): Presenter =>
  (audience, nonce, request) => {
    const { jwks } = (request.client_metadata ?? {}) as { jwks?: { keys: Record<string, unknown>[] } };
    const encrypted = String(request.response_mode).endsWith('.jwt');
    return presentMdocTo(issued, device, names, {
      audience,
      nonce,
      ...(typeof request.response_uri === 'string' ? { responseUri: request.response_uri } : {}),
      ...(encrypted ? { encryptedFor: thumbprintOf(publicKeyOf(jwks!.keys[0])) } : {}),
    });
  };

/** Presents a credential with Data Integrity proofs, in a presentation signed by the holder. */
export const presentLdp =
  (
    credential: object,
    holder: Party,
    proof: Record<string, unknown> = {},
    cryptosuite = 'eddsa-rdfc-2022',
  ): Presenter =>
  (audience, nonce) =>
    sign(
      {
        '@context': ['https://www.w3.org/ns/credentials/v2'],
        type: ['VerifiablePresentation'],
        holder: holder.did,
        verifiableCredential: [credential],
      },
      holder,
      {
        cryptosuite,
        date: new Date().toISOString(),
        proof: { proofPurpose: 'authentication', challenge: nonce, domain: audience, ...proof },
      },
    );

/** Content encryption of the public profiles. */
export type ContentEncryption = 'A128GCM' | 'A256GCM';

/** How the client is to encrypt: by what the wallet supports, with a nonce of its own in `apu`. */
const encryptionBy = (request: Record<string, unknown>, enc: ContentEncryption) =>
  String(request.response_mode).endsWith('.jwt')
    ? {
        jarm: {
          encryption: { nonce: randomBytes(16).toString('hex') },
          serverMetadata: {
            authorization_encryption_alg_values_supported: ['ECDH-ES'],
            authorization_encryption_enc_values_supported: [enc],
          } as never,
        },
      }
    : {};

const presentAll = async (
  presenters: Record<string, Presenter>,
  audience: string,
  request: Record<string, unknown>,
): Promise<Record<string, unknown[]>> => {
  const token: Record<string, unknown[]> = {};
  for (const [id, present] of Object.entries(presenters))
    token[id] = [await present(audience, request.nonce as string, request)];
  return token;
};

/** Resolves a link, as a wallet that scanned it does, and checks who asks. */
export const resolveLink = (client: Openid4vpClient, link: string, wallet?: object): Promise<Resolved> => {
  const parsed = client.parseOpenid4vpAuthorizationRequest({ authorizationRequest: link });
  return client.resolveOpenId4vpAuthorizationRequest({
    authorizationRequestPayload: parsed.params as never,
    ...(wallet ? { wallet } : {}),
  });
};

/** Answers a resolved request by `direct_post` or `direct_post.jwt`. */
export const answerResolved = async (
  client: Openid4vpClient,
  resolved: Resolved,
  presenters: Record<string, Presenter>,
  enc: ContentEncryption = 'A256GCM',
): Promise<Response> => {
  const request = resolved.authorizationRequestPayload as Record<string, unknown>;
  const created = await client.createOpenid4vpAuthorizationResponse({
    authorizationRequestPayload: request as never,
    authorizationResponsePayload: {
      vp_token: await presentAll(presenters, request.client_id as string, request),
    } as never,
    ...encryptionBy(request, enc),
  });
  const { response } = await client.submitOpenid4vpAuthorizationResponse({
    authorizationRequestPayload: request as never,
    authorizationResponsePayload: created.authorizationResponsePayload,
    ...(created.jarm ? { jarm: { responseJwt: created.jarm.responseJwt } } : {}),
  });
  return response as unknown as Response;
};

/** Answers over the browser's Digital Credentials API: the `data` that the page gets. */
export const answerInBrowser = async (
  client: Openid4vpClient,
  dcRequest: { data: unknown },
  origin: string,
  presenters: Record<string, Presenter>,
  enc: ContentEncryption = 'A256GCM',
): Promise<Record<string, unknown>> => {
  const resolved = await client.resolveOpenId4vpAuthorizationRequest({
    authorizationRequestPayload: dcRequest.data as never,
    origin,
  });
  const request = resolved.authorizationRequestPayload as Record<string, unknown>;
  const created = await client.createOpenid4vpAuthorizationResponse({
    authorizationRequestPayload: request as never,
    authorizationResponsePayload: {
      vp_token: await presentAll(presenters, `origin:${origin}`, request),
    } as never,
    origin,
    ...encryptionBy(request, enc),
  });
  return created.jarm
    ? { response: created.jarm.responseJwt }
    : (created.authorizationResponsePayload as Record<string, unknown>);
};
