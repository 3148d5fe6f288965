import { describe, expect, it } from 'vitest';
import { factorOf, factorsOf } from './factors.ts';

describe('factorOf', () => {
  it.each([
    ['PASSWORD', 'password'],
    ['google_password', 'password'],
    ['pwd', 'password'],
    ['OKTA_VERIFY_PUSH', 'push'],
    ['duo_push', 'push'],
    ['Mobile app notification', 'push'],
    ['google_prompt', 'push'],
    ['SMS_FACTOR', 'sms'],
    ['Text message', 'sms'],
    ['EMAIL_OTP', 'email'],
    ['magic link', 'email'],
    ['phone_call', 'phone_call'],
    ['Phone call approval', 'phone_call'],
    ['SOFTWARE_TOKEN_MFA', 'totp'],
    ['GOOGLE_OTP', 'totp'],
    ['OATH verification code', 'totp'],
    ['hardware_token', 'otp'],
    ['duo_mobile_passcode', 'otp'],
    ['FIDO_WEBAUTHN', 'passkey'],
    ['WEB_AUTHN', 'passkey'],
    ['Passkey (device-bound)', 'passkey'],
    ['Windows Hello for Business', 'passkey'],
    ['Security key (U2F)', 'security_key'],
    ['YubiKey passcode', 'security_key'],
    ['bypass_code', 'recovery_code'],
    ['Temporary Access Pass', 'recovery_code'],
    ['remembered_device', 'remembered_device'],
    ['Previously satisfied', 'remembered_device'],
    ['X.509 Certificate', 'certificate'],
    ['clientSecret', 'client_secret'],
    ['federatedIdentityCredential', 'federated'],
    ['Single Sign-On', 'federated'],
    ['saml', 'federated'],
    ['refreshToken', 'refresh_token'],
    ['mfa', 'unknown_second_factor'],
  ])('takes %s for %s', (word, factor) => {
    expect(factorOf(word)).toBe(factor);
  });

  it.each(['none', 'unknown', '', 'reauth', 'x'.repeat(300)])('takes %s for none', (word) => {
    expect(factorOf(word)).toBeUndefined();
  });

  it('is asked for several words at once', () => {
    expect(factorsOf('password', undefined, 'none', 'PASSWORD', 'push')).toEqual(['password', 'push']);
  });
});
