// SPDX-License-Identifier: GPL-3.0-or-later
import { releaseProver } from '../src/prove.ts';
import { ISSUER } from '../testing/credential.ts';
import { issueUnrevocable, proveFor, sampleIssuer } from '../testing/presenting.ts';

// node circuits/bench/answer.ts <nonce> <audience> <response URI> <predicates, as JSON>
// Prints a presentation for that request, and what the registry must say of its issuer, as JSON: for benchmarks of the
// verifier, which import nothing from here.
const [nonce = '', audience = '', responseUri, predicates = '[]'] = process.argv.slice(2);
const credential = await issueUnrevocable();
const presentation = await proveFor(credential, JSON.parse(predicates), { nonce, audience, responseUri });
await releaseProver();
console.log(JSON.stringify({ presentation, issuer: { issuer: ISSUER, ...(await sampleIssuer()) } }));
