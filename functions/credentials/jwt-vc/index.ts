export { type JwtVcOptions, type VerifiedJwtVc, verifyJwtVc } from './verify-jwt-vc.ts';
export { verifyVcJwt } from './verify-vc-jwt.ts';
