import * as publicSuite from '@digitalbazaar/bbs-2023-cryptosuite';
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import jsigs from 'jsonld-signatures';
import { type Figure, printFigures } from '../../../test/bench/figure.ts';
import { interleaved } from '../groth16/testing/interleaved.ts';
import { createBbsVerifyCryptosuite } from './cryptosuite.ts';
import { bytes, documentLoader, ietf, statementOf, w3c } from './testing.ts';
import { verifyBbsProof } from './verify-proof.ts';

/** Verifying the W3C's derived credentials, warm, beside the public suite in the same run. */
export async function bbsFigures(rounds = 10): Promise<Figure[]> {
  const purpose = new jsigs.purposes.AssertionProofPurpose();
  const check = (make: () => object, credential: object) => async () => {
    const suite = new DataIntegrityProof({ cryptosuite: make() });
    const { verified } = await jsigs.verify(credential, { suite, purpose, documentLoader });
    if (!verified) throw new Error('a vector of the W3C was refused');
  };
  const [windsurf, resident] = w3c.derived as [object, object];
  const core = ietf.proofs[2]!;
  const [proof, statement] = [bytes(core.proof), statementOf(core)];
  const times = await interleaved(
    {
      windsurf: check(createBbsVerifyCryptosuite, windsurf),
      'windsurf, public': check(publicSuite.createVerifyCryptosuite, windsurf),
      resident: check(createBbsVerifyCryptosuite, resident),
      'resident, public': check(publicSuite.createVerifyCryptosuite, resident),
      core: () => verifyBbsProof(proof, statement),
    },
    rounds,
  );
  const unit = 'ms';
  return [
    {
      name: 'bbs-2023 verify, windsurf vector',
      value: times.windsurf,
      unit,
      peer: { name: '@digitalbazaar/bbs-2023-cryptosuite', value: times['windsurf, public'] },
      goal: '≤ 15 ms',
    },
    {
      name: 'bbs-2023 verify, resident vector',
      value: times.resident,
      unit,
      peer: { name: '@digitalbazaar/bbs-2023-cryptosuite', value: times['resident, public'] },
      goal: '≤ 15 ms',
    },
    { name: 'BBS ProofVerify, 4 of 10 messages disclosed', value: times.core, unit },
  ];
}

if (import.meta.main) printFigures('BBS', await bbsFigures());
