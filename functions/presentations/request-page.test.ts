import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requestPage } from './request-page.ts';
import { IDENTITY } from './testing/issuer.ts';
import { PUBLIC_URL, startVerifier, type TestVerifier } from './testing/verifier.ts';

let verifier: TestVerifier;
beforeAll(async () => {
  verifier = await startVerifier();
});
afterAll(() => verifier.close());

const pageOf = async (
  body: Record<string, unknown> = {},
  status: Parameters<typeof requestPage>[1] = 'pending',
) => {
  const dcql_query = {
    credentials: [
      {
        id: 'identity',
        format: 'ldp_vc',
        meta: { type_values: [[IDENTITY]], predicates: [{ path: '/birthDate', atMost: '2008-01-01' }] },
        claims: [
          { path: ['credentialSubject', 'given_name'] },
          { path: ['credentialSubject', 'address', null, 'country'] },
        ],
      },
    ],
  };
  const { answer, request } = await verifier.ask({ dcql_query, ...body });
  return {
    ...requestPage(request, status, PUBLIC_URL),
    link: answer.authorization_request!,
    request,
    answer,
  };
};

describe('the page of a request', () => {
  test('says why, what will be learned, and what will not', async () => {
    const { html } = await pageOf({ purpose: 'To open an account' });
    const text = html.replaceAll(/<(script|style|svg)[\s\S]*?<\/\1>/g, '').replaceAll(/<[^>]+>/g, ' ');
    for (const words of [
      'To open an account',
      'identity',
      'given name',
      'address, country',
      'only whether birthDate: at most',
    ])
      expect(text).toContain(words);
  });

  test.each([
    ['jwt_vc_json', /can only be shown whole: everything else in it will be learned/],
    ['ldp_vc', /Your wallet tells you if everything else/],
  ])('says that %s may show more than was asked', async (format, words) => {
    const credential = { id: 'a', format, meta: { type_values: [['Identity']] } };
    const asking = (more: object) => pageOf({ dcql_query: { credentials: [{ ...credential, ...more }] } });
    expect((await asking({ claims: [{ path: ['credentialSubject', 'given_name'] }] })).html).toMatch(words);
    // Of one that is asked for whole all is said, and of a proof nothing else is shown.
    expect((await asking({})).html).not.toMatch(words);
    expect((await asking({})).html).toContain('All of it.');
    expect((await pageOf()).html).not.toMatch(/shown whole/);
  });

  test('says in full what is confirmed by answering, as text', async () => {
    const dcql_query = {
      credentials: [{ id: 'a', format: 'dc+sd-jwt', meta: { vct_values: [IDENTITY] } }],
    };
    const transaction_data = [
      {
        type: 'urn:example:bank_transfer',
        credential_ids: ['a'],
        payee: '<b>Bob</b>',
        amount: { value: 12.5, currency: 'EUR' },
      },
    ];
    const { html } = await pageOf({ dcql_query, transaction_data });
    expect(html).toContain('<h2>What you confirm by answering</h2>');
    expect(html).toContain('<h3>bank transfer</h3>');
    expect(html).toContain('<dt>payee</dt><dd>&#60;b&#62;Bob&#60;/b&#62;</dd>');
    expect(html).toContain('<dd>{&#34;value&#34;:12.5,&#34;currency&#34;:&#34;EUR&#34;}</dd>');
    expect((await pageOf({ dcql_query })).html).not.toContain('What you confirm');
  });

  test('can be used by everybody: one language, one title, headings in order, nothing unnamed, colours of your own', async () => {
    for (const status of ['pending', 'verified', 'rejected', 'expired'] as const) {
      const { html } = await pageOf({}, status);
      expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
      expect(html).toMatch(/<title>[^<]{5,}<\/title>/);
      // It can be enlarged, and is read from the top: one main part, one first heading, none left out below it.
      expect(html).toContain('content="width=device-width, initial-scale=1"');
      expect(html.match(/<main>/g)).toHaveLength(1);
      const levels = [...html.matchAll(/<h(\d)[ >]/g)].map(([, level]) => Number(level));
      expect(levels.filter((level) => level === 1)).toHaveLength(1);
      expect(levels[0]).toBe(1);
      for (const [index, level] of levels.entries())
        expect(level).toBeLessThanOrEqual((levels[index - 1] ?? 0) + 1);
      // Links say where they lead, and pictures what they are.
      for (const [, words] of html.matchAll(/<a [^>]*>([^<]*)<\/a>/g))
        expect(words!.length).toBeGreaterThan(10);
      for (const [tag] of html.matchAll(/<[^>]*role="img"[^>]*>/g))
        expect(tag).toMatch(/aria-label="[^"]{10,}"/);
      expect(html).not.toMatch(/<(img|input|button|select|textarea|iframe|table)[ >]/);
      expect(html).not.toMatch(/tabindex|autofocus|http-equiv="refresh"|<marquee|<blink/);
      // Changes are told to those who do not see them, and one who moves by keyboard sees where they are.
      expect(html.match(/aria-live="polite"/g)).toHaveLength(1);
      expect(html).toContain(':focus-visible{outline:');
      // Text has the colours that the person chose, light or dark; only the code is on white, or it would not scan.
      const style = /<style>([\s\S]*?)<\/style>/.exec(html)![1]!;
      expect(style).toContain('color-scheme:light dark');
      expect(style.match(/(?<![\w-])(color|background|opacity|border-color):[^;}]+/g)).toEqual([
        'background:#fff',
      ]);
      expect(style).not.toMatch(/animation|transition/);
    }
  });

  test('has a link for this device, and a QR code with a name for those who do not see it', async () => {
    const { html, link } = await pageOf();
    const href = /<a class="button" href="([^"]+)"/.exec(html)?.[1]?.replaceAll('&#38;', '&');
    expect(href).toBe(link);
    expect(html).toMatch(/role="img" aria-label="QR code[^"]*"><svg/);
    expect(html).toMatch(/<html lang="en">/);
    expect(html).toMatch(/role="status" aria-live="polite"/);
  });

  test('needs no script: a link looks again, and the script only hides it', async () => {
    const { html } = await pageOf();
    expect(html).toContain('<a href="page">');
    expect(html.indexOf('id="again"')).toBeGreaterThan(0);
  });

  test('runs its own script and style, by their digests, and loads nothing', async () => {
    const { html, headers } = await pageOf();
    const policy = headers['content-security-policy']!;
    for (const [tag, directive] of [
      ['script', 'script-src'],
      ['style', 'style-src'],
    ] as const) {
      const text = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(html)![1]!;
      expect(policy).toContain(`${directive} 'sha256-${createHash('sha256').update(text).digest('base64')}'`);
    }
    expect(policy).toMatch(/^default-src 'none'/);
    expect(html).not.toMatch(/(src|href)="https?:/);
  });

  test('shows what an app wrote as text', async () => {
    const attack = `</p><script>alert("1")</script>'&`;
    const dcql_query = {
      credentials: [
        {
          id: 'a',
          format: 'ldp_vc',
          meta: { type_values: [[attack]], predicates: [{ path: attack, equals: attack }] },
          claims: [{ path: [attack] }],
        },
      ],
    };
    const { html } = await pageOf({ purpose: attack, dcql_query });
    expect(html).not.toContain('<script>alert');
    expect(html.match(/<script/g)).toHaveLength(2);
  });

  test.each(['verified', 'rejected', 'expired'] as const)(
    'when %s says so, and offers no way to answer',
    async (status) => {
      const { html } = await pageOf({}, status);
      expect(html).not.toContain('openid4vp:');
      expect(html).not.toMatch(/<script>/);
      expect(html).toMatch(/role="status"[^>]*>(Done|This request is closed|The time to answer)/);
    },
  );

  test("never shows the app's id", async () => {
    const { html, answer } = await pageOf();
    expect(html).not.toContain(answer.id);
  });
});
