export { type JwtVcOptions, type VerifiedJwtVc, verifyJwtVc } from './verify-jwt-vc.ts';
