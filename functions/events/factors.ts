import type { Factor } from './auth-event.ts';

/** First match wins, so the narrower words stand before the wider. */
const WORDS: readonly (readonly [RegExp, Factor])[] = [
  [/yubi|u2f|hardware.?key|security.?key/, 'security_key'],
  [/web_?authn|fido|passkey|hello for business|fastpass|signed_nonce|platform credential/, 'passkey'],
  [/remember|trusted.?(device|endpoint|network)|previously satisfied/, 'remembered_device'],
  [/recovery|backup|bypass|scratch|rescue|temporary access pass/, 'recovery_code'],
  [/push|mobile app notification|idv_preregistered_phone|google.?prompt/, 'push'],
  [/sms|text.?message/, 'sms'],
  [/e-?mail|magic.?link/, 'email'],
  [/voice|phone.?call|call|phone/, 'phone_call'],
  [/totp|authenticator|software.?(token|oath|mfa)|soft.?token|google.?otp|oath|verification code/, 'totp'],
  [/otp|one.?time|passcode|hard.?token|hardware.?token|rsa|symantec/, 'otp'],
  [/biometr|face|finger|touch.?id/, 'biometric'],
  [/certif|x\.?509|smart.?card|\bcba\b|mtls|\bpiv\b|pkinit/, 'certificate'],
  [/client.?secret|shared.?symmetric|private_key_jwt|client.?assertion/, 'client_secret'],
  [/refresh/, 'refresh_token'],
  [/access.?key/, 'access_key'],
  [/passwd|password|\bpwd\b|srp|passphrase|knowledge/, 'password'],
  [
    /saml|oidc|openid|federat|social|\bidp\b|identity.?provider|\bsso\b|single.?sign|\biwa\b|kerberos|assertion/,
    'federated',
  ],
  [/mfa|factor|multi|challenge|duo/, 'unknown_second_factor'],
];

/**
 * The factor that a provider's word names; `undefined` when the word names none that we tell apart.
 *
 * @param word any spelling: `OKTA_VERIFY_PUSH`, `Mobile app notification`, `duo_push`.
 *
 * @example
 * ```ts
 * factorOf('FIDO_WEBAUTHN'); // 'passkey'
 * factorOf('U2F');           // 'security_key'
 * factorOf('none');          // undefined
 * ```
 */
export function factorOf(word: string | undefined): Factor | undefined {
  if (word === undefined || word.length > 256) return undefined;
  const plain = word.toLowerCase();
  return WORDS.find(([pattern]) => pattern.test(plain))?.[1];
}

/**
 * The factors that several words name, each once, unknown words left out.
 *
 * @example
 * ```ts
 * factorsOf('PASSWORD', 'OKTA_VERIFY_PUSH', undefined); // ['password', 'push']
 * ```
 */
export function factorsOf(...words: readonly (string | undefined)[]): Factor[] {
  return [...new Set(words.map(factorOf).filter((factor) => factor !== undefined))];
}
