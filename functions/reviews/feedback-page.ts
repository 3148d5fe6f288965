import { createHash } from 'node:crypto';

const STYLE =
  'body{font:18px/1.5 system-ui,sans-serif;max-width:32em;margin:10vh auto;padding:0 1em;color:#1a1a1a;background:#fff}' +
  'button{font:inherit;padding:.7em 1.2em;margin:.4em .4em 0 0;border:2px solid #1a1a1a;border-radius:.4em;background:#fff;color:inherit;cursor:pointer}' +
  'button:focus-visible{outline:3px solid #0b57d0}';

/**
 * Headers of the pages that people see: nothing may be loaded, framed or kept, no other site learns the link, and the
 * form can only go back to where it came from.
 */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
} as const;

const page = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${STYLE}</style></head><body><main><h1>${title}</h1>${body}</main></body></html>`;

/** A moment as people write it, in UTC: the reader's own zone is not known here. */
const spoken = (time: number): string =>
  `${new Date(time).toLocaleString('en-GB', { dateStyle: 'full', timeStyle: 'short', timeZone: 'UTC' })} UTC`;

/**
 * The question, and nothing done yet: mail scanners open every link. Only sending the form answers.
 *
 * @param time of the event, ms.
 */
export const questionPage = (time: number, succeeded: boolean): string =>
  page(
    'Was this you?',
    `<p>${succeeded ? 'Somebody signed in to' : 'Somebody tried to sign in to'} your account on <strong>${spoken(time)}</strong>.</p>` +
      '<form method="post"><button name="answer" value="me">Yes, this was me</button>' +
      '<button name="answer" value="not_me">No, this was not me</button></form>' +
      '<p>If you are not sure, say no. You can be asked only once.</p>',
  );

/** What is said once the answer is on record. */
export const thanksPage = (answer: 'me' | 'not_me'): string =>
  page(
    'Thank you',
    answer === 'me'
      ? '<p>We have noted that this was you.</p>'
      : '<p>We have noted that this was not you. What we learned from that sign-in is undone. Please change your password.</p>',
  );

/** Why a link does not work any more; the text comes from our own errors. */
export const refusalPage = (title: string): string => page('This link does not work', `<p>${title}.</p>`);
