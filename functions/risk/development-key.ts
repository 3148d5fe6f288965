/**
 * Public half of the development key, Ed25519, base64url. Its private half is in the repository
 * (models/signing/development-key.json), so a signature of it shows that a model is whole, never who made it. A
 * deployment that pins keys of its own refuses it.
 */
export const DEVELOPMENT_KEY = 'sWvBjaBGvoO_l_lkC27VufUCcXUOKn4ybV9smNhw0CQ';
