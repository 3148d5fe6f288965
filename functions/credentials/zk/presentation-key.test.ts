import { expect, it } from 'vitest';
import { presentationKeyOf } from './presentation-key.ts';

const did = 'did:key:z6Mk';
const proof = { verificationMethod: `${did}#z6Mk` };

it('is the did:key of the one proof', () => {
  expect(presentationKeyOf({ proof })).toBe(did);
  expect(presentationKeyOf({ proof, holder: did })).toBe(did);
});

it('is none for two proofs, another kind of DID, another holder, or no proof', () => {
  const bad = [
    {},
    { proof: [proof] },
    { proof: [proof, proof] },
    { proof, holder: 'did:key:z6Ml' },
    { proof, holder: { id: did } },
    { proof: { verificationMethod: did } },
    { proof: { verificationMethod: `${did}#z6Ml` } },
    { proof: { verificationMethod: `${did}#z6Mk#z6Mk` } },
    { proof: { verificationMethod: 'did:web:a#z' } },
    { proof: { verificationMethod: {} } },
  ];
  for (const each of bad)
    expect(() => presentationKeyOf(each)).toThrow(expect.objectContaining({ code: 'document-not-covered' }));
});
