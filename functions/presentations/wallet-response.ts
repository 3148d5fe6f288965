import { isObject, type JsonObject, parseJson } from '../credentials/jose/index.ts';
import { invalidResponse } from './presentation-error.ts';
import { isEncryptedMode, type PresentationRequest } from './presentation-request.ts';
import { openResponse } from './response-encryption.ts';

/** Error codes that a wallet may answer with (OpenID4VP 1.0 §8.5, RFC 6749 §4.1.2.1). Others become the first. */
const WALLET_ERRORS = [
  'invalid_request',
  'invalid_scope',
  'invalid_client',
  'access_denied',
  'vp_formats_not_supported',
  'invalid_request_uri_method',
  'invalid_transaction_data',
  'wallet_unavailable',
  'unauthorized_client',
  'unsupported_response_type',
  'server_error',
  'temporarily_unavailable',
];

/** What a wallet answered: presentations by credential query, or why there are none. */
export type WalletResponse =
  | { readonly kind: 'presentations'; readonly vpToken: ReadonlyMap<string, readonly unknown[]> }
  | { readonly kind: 'error'; readonly error: string };

/** Most presentations under one id. */
const MAX_PRESENTATIONS = 16;

/** Parses a form body; a repeated parameter is refused, as its readers could each take another value. */
export const parseForm = (body: string): ReadonlyMap<string, string> => {
  const form = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(body)) {
    if (form.has(name)) throw invalidResponse('A parameter is there twice');
    form.set(name, value);
  }
  return form;
};

/**
 * Reads what was posted to the response endpoint (OpenID4VP 1.0 §8.2, §8.3.1). Where encryption was asked for a
 * plain answer is refused, except an error.
 *
 * @throws PresentationError `response-invalid`
 */
export const readPosted = async (
  form: ReadonlyMap<string, string>,
  request: PresentationRequest,
): Promise<WalletResponse> => {
  const jwe = form.get('response');
  if (isEncryptedMode(request.responseMode) && jwe !== undefined) {
    if (form.size > 1 && ['vp_token', 'error'].some((name) => form.has(name)))
      throw invalidResponse('The response is there both encrypted and plain');
    return read(await openResponse(jwe, request.decryptionKey ?? {}), request, true);
  }
  const vpToken = form.get('vp_token');
  if (isEncryptedMode(request.responseMode) && vpToken !== undefined)
    throw invalidResponse('The response must be encrypted');
  const plain: Record<string, unknown> = Object.fromEntries(form);
  if (vpToken !== undefined) plain.vp_token = jsonOf(vpToken);
  return read(plain, request, true);
};

/**
 * Reads what the browser's Digital Credentials API gave (OpenID4VP 1.0 §A.4). It carries no `state`.
 *
 * @param data the `data` member of the `DigitalCredential`.
 * @throws PresentationError `response-invalid`
 */
export const readFromBrowser = async (
  data: unknown,
  request: PresentationRequest,
): Promise<WalletResponse> => {
  if (!isObject(data)) throw invalidResponse('The response must be an object');
  if (!isEncryptedMode(request.responseMode)) return read(data, request, false);
  if (typeof data.response === 'string')
    return read(await openResponse(data.response, request.decryptionKey ?? {}), request, false);
  if (data.error === undefined) throw invalidResponse('The response must be encrypted');
  return read(data, request, false);
};

const jsonOf = (text: string): unknown => {
  try {
    return parseJson(Buffer.from(text), 24);
  } catch (cause) {
    throw invalidResponse('The vp_token is not JSON', cause);
  }
};

const read = (parameters: JsonObject, request: PresentationRequest, withState: boolean): WalletResponse => {
  if (withState && parameters.state !== request.state)
    throw invalidResponse('The response is of another request: its state differs');
  if (parameters.error !== undefined) {
    if (parameters.vp_token !== undefined)
      throw invalidResponse('The response is both an answer and an error');
    const error = WALLET_ERRORS.find((known) => known === parameters.error);
    return { kind: 'error', error: error ?? 'invalid_request' };
  }
  const token = parameters.vp_token;
  if (!isObject(token)) throw invalidResponse('The vp_token must be an object of presentations by id');
  const vpToken = new Map<string, readonly unknown[]>();
  for (const [id, presentations] of Object.entries(token)) {
    // OpenID4VP 1.0 §8.1: always an array, also of one.
    if (
      !Array.isArray(presentations) ||
      presentations.length === 0 ||
      presentations.length > MAX_PRESENTATIONS
    )
      throw invalidResponse('Each entry of the vp_token must be an array of presentations');
    vpToken.set(id, presentations);
  }
  return { kind: 'presentations', vpToken };
};
