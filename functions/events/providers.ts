import { auth0 } from './auth0.ts';
import { aws } from './aws.ts';
import { cognito } from './cognito.ts';
import { duo } from './duo.ts';
import { entra } from './entra.ts';
import { googleWorkspace } from './google-workspace.ts';
import { keycloak } from './keycloak.ts';
import { okta } from './okta.ts';
import { onelogin } from './onelogin.ts';
import type { Adapter } from './reading.ts';

/** An adapter and the name that events it read carry as `provider`. */
export interface Provider {
  readonly name: string;
  readonly adapter: Adapter;
}

/** The `detail-type` of the native event. */
export const NATIVE = 'Authentication Observed';
/** The `detail-type` of a provider's record that somebody forwarded unchanged. */
export const FORWARDED = 'Identity Log';

/** `source` of forwarded records. */
const FORWARDERS: Readonly<Record<string, Provider>> = {
  'provider.cognito': { name: 'cognito', adapter: cognito },
  'provider.duo': { name: 'duo', adapter: duo },
  'provider.entra': { name: 'entra', adapter: entra },
  'provider.google-workspace': { name: 'google-workspace', adapter: googleWorkspace },
  'provider.keycloak': { name: 'keycloak', adapter: keycloak },
  'provider.onelogin': { name: 'onelogin', adapter: onelogin },
};

/** CloudTrail's detail-types on EventBridge. */
const CLOUDTRAIL = /^AWS (API Call|Console Sign In|Service Event|Console Action) via CloudTrail$/;

/**
 * Who reads an event, told by the bus's `source` and `detail-type` alone (design §3): nothing in `detail` is
 * believed for that.
 *
 * @returns `undefined` when nobody does.
 *
 * @example
 * ```ts
 * providerOf('aws.signin', 'AWS Console Sign In via CloudTrail')?.name; // 'aws'
 * ```
 */
export function providerOf(source: string, detailType: string): Provider | undefined {
  if (detailType === FORWARDED) return Object.hasOwn(FORWARDERS, source) ? FORWARDERS[source] : undefined;
  if (source.startsWith('aws.partner/okta.com/') && detailType === 'SystemLog')
    return { name: 'okta', adapter: okta };
  if (source.startsWith('aws.partner/auth0.com/') && detailType === 'Auth0 log')
    return { name: 'auth0', adapter: auth0 };
  // OneLogin lets its customers name the detail-type.
  if (source.startsWith('aws.partner/onelogin.com/')) return { name: 'onelogin', adapter: onelogin };
  if (!source.startsWith('aws.') || source.startsWith('aws.partner/') || !CLOUDTRAIL.test(detailType))
    return undefined;
  return source === 'aws.cognito-idp' ? { name: 'cognito', adapter: cognito } : { name: 'aws', adapter: aws };
}
