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
