import { createHash } from 'node:crypto';
import { isObject } from '../credentials/jose/index.ts';
import { qrCode } from './app-api.ts';
import type { CredentialQuery, Query } from './dcql-query.ts';
import { type PresentationRequest, requestUris } from './presentation-request.ts';
import type { PresentationResult } from './presentation-result.ts';
import { type PseudonymScopes, wordsOfScope } from './pseudonym-scope.ts';
import { authorizationLink } from './request-object.ts';

/** An HTML page with the headers that it is to be served with. */
export interface Page {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What the page says of each state; the script shows the same words. */
const STATES: Readonly<Record<PresentationResult['status'], string>> = {
  pending: 'Waiting for your wallet.',
  verified:
    'Done: your wallet answered, and the answer was accepted. You can go back to where you came from.',
  rejected: 'This request is closed: several answers to it could not be accepted. Please ask for a new one.',
  expired: 'The time to answer is over. Please ask for a new request.',
};

const STYLE = `:root{color-scheme:light dark}body{font:1.125rem/1.5 system-ui,sans-serif;max-width:40rem;margin:0 auto;padding:1.5rem}
.qr{background:#fff;padding:1rem;width:min(20rem,80vw)}.qr svg{display:block;width:100%;height:auto}
.button{display:inline-block;padding:.75rem 1.25rem;border:2px solid;border-radius:.5rem;font-weight:600}
.state{border-left:.3rem solid;padding-left:1rem}:focus-visible{outline:3px solid;outline-offset:3px}`;

/** Asks how the request stands every three seconds, and says so when it has changed. Without it a link does. */
const SCRIPT = `const words=JSON.parse(document.getElementById('words').textContent);
const state=document.getElementById('state');
document.getElementById('again').hidden=true;
const look=async()=>{try{const {status}=await (await fetch('status',{cache:'no-store'})).json();
if(words[status]&&state.textContent!==words[status]){state.textContent=words[status]}
if(status!=='pending'){document.getElementById('ways').hidden=true;return}}catch{}
setTimeout(look,3000)};setTimeout(look,3000);`;

const digest = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': `default-src 'none'; script-src ${digest(SCRIPT)}; style-src ${digest(STYLE)}; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** Text as HTML shows it. */
const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** A path as people read it: its names, without positions. */
const named = (path: readonly unknown[]): string =>
  path
    .filter((step) => typeof step === 'string' && step !== 'credentialSubject')
    .map((step) => String(step).replaceAll(/[_-]/g, ' '))
    .join(', ');

/** Formats of which nothing is shown that was not asked for. */
const WITHHOLDING: readonly string[] = ['dc+sd-jwt', 'mso_mdoc'];

/** A type by its last, telling part. */
const lastPart = (type: unknown): string => String(type).split(/[/#:]/).filter(Boolean).at(-1) ?? '';

const wordsOf = (credential: CredentialQuery, scopes: PseudonymScopes): string => {
  const { meta, claims, claim_sets } = credential;
  const types =
    credential.format === 'dc+sd-jwt'
      ? (meta.vct_values as string[])
      : credential.format === 'mso_mdoc'
        ? [meta.doctype_value]
        : (meta.type_values as string[][]).map((all) => all.at(-1));
  const shown = (claims ?? []).map(({ path }) => `<li>${escaped(named(path))}</li>`);
  const proved = (Array.isArray(meta.predicates) ? meta.predicates : [])
    .filter(isObject)
    .map(({ path, ...relation }) => {
      const [name = '', value] = Object.entries(relation)[0] ?? [];
      const words = name.replaceAll(/([A-Z])/g, ' $1').toLowerCase();
      const subject = String(path).split('/').filter(Boolean).join(', ');
      return `<li>only whether ${escaped(`${subject}: ${words} ${JSON.stringify(value)}`)}, not the value itself</li>`;
    });
  const known =
    typeof meta.pseudonym_scope === 'string'
      ? [`<li>a name for you that ${escaped(wordsOfScope(meta.pseudonym_scope, scopes))}</li>`]
      : [];
  const what =
    shown.length + proved.length + known.length === 0
      ? WITHHOLDING.includes(credential.format)
        ? '<p>Nothing in it that can be withheld.</p>'
        : '<p>All of it.</p>'
      : `<ul>${[...shown, ...proved, ...known].join('')}</ul>${claim_sets ? '<p>Not all of these may be needed.</p>' : ''}`;
  const by = escaped(types.map(lastPart).join(' or '));
  const rest = shown.length === 0 ? '' : (SHOWN_WHOLE[credential.format] ?? '');
  return `<section><h3>From your credential “${by}”</h3>${what}${proved.length + known.length === 0 ? rest : ''}</section>`;
};

/** What else is learned where a wallet cannot show single claims. */
const SHOWN_WHOLE: Readonly<Record<string, string>> = {
  jwt_vc_json:
    '<p>Credentials of this kind can only be shown whole: everything else in it will be learned as well.</p>',
  ldp_vc:
    '<p>Some credentials of this kind can only be shown whole. Your wallet tells you if everything else in it will be learned as well.</p>',
};

/** Members of a transaction that are for the wallet's software and not for the person. */
const TECHNICAL = ['type', 'credential_ids', 'transaction_data_hashes_alg'];

/** A transaction's value as words: text as it is, the rest as JSON has it. */
const plain = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** What the person confirms by answering, with every detail that is signed. */
const confirmed = ({ transactionData = [] }: PresentationRequest): string => {
  const items = transactionData.map((text) => {
    const item = JSON.parse(Buffer.from(text, 'base64url').toString()) as Record<string, unknown>;
    const details = Object.entries(item)
      .filter(([name]) => !TECHNICAL.includes(name))
      .map(
        ([name, value]) =>
          `<dt>${escaped(name.replaceAll(/[_-]/g, ' '))}</dt><dd>${escaped(plain(value))}</dd>`,
      );
    return `<section><h3>${escaped(lastPart(item.type).replaceAll(/[_-]/g, ' '))}</h3><dl>${details.join('')}</dl></section>`;
  });
  return items.length === 0 ? '' : `<h2>What you confirm by answering</h2>\n${items.join('\n')}`;
};

/**
 * The page that waits with a person for the wallet: why it is asked, what will be learned, a link for this device
 * and a QR code for another. It works without a script, and loads nothing from elsewhere.
 *
 * @param scopes that apps may ask for pseudonyms under, each with its words.
 */
export const requestPage = (
  request: PresentationRequest,
  status: PresentationResult['status'],
  publicUrl: string,
  scopes: PseudonymScopes = {},
): Page => {
  const link = authorizationLink(request, requestUris(publicUrl, request.walletId));
  const query = request.query as unknown as Query;
  const ways = `<div id="ways">
<p><a class="button" href="${escaped(link)}">Open your wallet on this device</a></p>
${
  link.length > 1_200
    ? ''
    : `<h2>Or scan with another device</h2>
<div class="qr" role="img" aria-label="QR code that opens this request in a wallet">${qrCode(link)}</div>`
}
<p>Please answer before ${escaped(new Date(request.expiresAt).toUTCString())}.</p>
</div>`;
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Show a credential</title><style>${STYLE}</style></head>
<body><main>
<h1>Show a credential from your wallet</h1>
<p>You are asked for this reason: <strong>${escaped(request.purpose)}</strong></p>
<p class="state" id="state" role="status" aria-live="polite">${STATES[status]}</p>
${status === 'pending' ? ways : ''}
<h2>What will be learned</h2>
${query.credentials.map((credential) => wordsOf(credential, scopes)).join('\n')}
${confirmed(request)}
<p>Your wallet shows you the same before it sends anything, and you can refuse there.</p>
<p id="again"><a href="page">Look again whether the answer has arrived</a></p>
<script type="application/json" id="words">${JSON.stringify(STATES)}</script>
${status === 'pending' ? `<script>${SCRIPT}</script>` : ''}
</main></body></html>`;
  return { html, headers: HEADERS };
};
