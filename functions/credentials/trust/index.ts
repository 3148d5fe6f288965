export type { MembershipSet } from './membership-set.ts';
export {
  type IssuerRegistry,
  isIssuer,
  issuerSigners,
  type TrustedIssuer,
  trustedIssuerSchema,
} from './trusted-issuer.ts';
export { type TrustedIssuerStore, trustedIssuerStore } from './trusted-issuers.store.ts';
