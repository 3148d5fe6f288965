import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAgent } from './agent.ts';

const WEBKIT = 'AppleWebKit/537.36 (KHTML, like Gecko)';

describe('browsers', () => {
  it.each([
    [
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/131.0.0.0 Safari/537.36`,
      'Chrome',
      131,
      'Windows',
      'desktop',
    ],
    [
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/131.0.0.0 Safari/537.36 Edg/131.0.2903.51`,
      'Edge',
      131,
      'Windows',
      'desktop',
    ],
    [
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/130.0.0.0 Safari/537.36 OPR/115.0.0.0`,
      'Opera',
      115,
      'Windows',
      'desktop',
    ],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0',
      'Firefox',
      132,
      'Windows',
      'desktop',
    ],
    [
      'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
      'Firefox',
      128,
      'Linux',
      'desktop',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15',
      'Safari',
      18,
      'macOS',
      'desktop',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1',
      'Safari',
      18,
      'iOS',
      'mobile',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/131.0.6778.73 Mobile/15E148 Safari/604.1',
      'Chrome',
      131,
      'iOS',
      'mobile',
    ],
    [
      'Mozilla/5.0 (iPad; CPU OS 17_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.7 Mobile/15E148 Safari/604.1',
      'Safari',
      17,
      'iOS',
      'tablet',
    ],
    [
      `Mozilla/5.0 (Linux; Android 10; K) ${WEBKIT} Chrome/131.0.0.0 Mobile Safari/537.36`,
      'Chrome',
      131,
      'Android',
      'mobile',
    ],
    [
      `Mozilla/5.0 (Linux; Android 14; SM-X910) ${WEBKIT} SamsungBrowser/26.0 Chrome/122.0.0.0 Safari/537.36`,
      'Samsung',
      26,
      'Android',
      'tablet',
    ],
    [
      `Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${WEBKIT} Chrome/131.0.0.0 Safari/537.36`,
      'Chrome',
      131,
      'ChromeOS',
      'desktop',
    ],
    ['Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko', 'IE', 11, 'Windows', 'desktop'],
    [
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Visual Studio Code/1.75.0 Chrome/102.0.5005.167 Electron/19.1.9 Safari/537.36`,
      'Electron',
      19,
      'Windows',
      'desktop',
    ],
  ])('%s', (userAgent, family, major, os, device) => {
    expect(parseAgent(userAgent)).toEqual({ family, major, os, device, automated: false });
  });
});

describe('tools, libraries and bots', () => {
  it.each([
    ['curl/8.7.1', 'curl', 8, 'other', 'tool'],
    ['python-requests/2.32.3', 'python-requests', 2, 'other', 'tool'],
    [
      'aws-cli/2.13.0 Python/3.11.4 Linux/5.10.0-1234-aws exe/x86_64.ubuntu.22',
      'aws-cli',
      2,
      'Linux',
      'tool',
    ],
    [
      'aws-cli/2.15.59 md/awscrt#0.19.19 ua/2.0 os/macos#22.6.0 md/arch#arm64 lang/python#3.11.11',
      'aws-cli',
      2,
      'macOS',
      'tool',
    ],
    [
      'APN/1.0 HashiCorp/1.0 Terraform/1.1.2 (+https://www.terraform.io) terraform-provider-aws/3.76.1 aws-sdk-go/1.44.157 (go1.19.3; darwin; arm64)',
      'Terraform',
      1,
      'macOS',
      'tool',
    ],
    ['aws-sdk-go/1.15.12 (go1.12.6; linux; amd64)', 'aws-sdk', undefined, 'Linux', 'tool'],
    ['cloudformation.amazonaws.com', 'aws-service', undefined, 'other', 'tool'],
    [
      'Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.19041.4522',
      'PowerShell',
      5,
      'Windows',
      'tool',
    ],
    [
      `Mozilla/5.0 (X11; Linux x86_64) ${WEBKIT} HeadlessChrome/131.0.0.0 Safari/537.36`,
      'HeadlessChrome',
      131,
      'Linux',
      'bot',
    ],
    [
      `Mozilla/5.0 ${WEBKIT} (compatible; Googlebot/2.1; +http://www.google.com/bot.html) Chrome/131.0.0.0 Safari/537.36`,
      'Googlebot',
      2,
      'other',
      'bot',
    ],
    ['Go-http-client/2.0', 'Go-http-client', 2, 'other', 'tool'],
    ['okhttp/4.12.0', 'okhttp', 4, 'other', 'tool'],
  ])('%s', (userAgent, family, major, os, device) => {
    expect(parseAgent(userAgent)).toEqual({
      family,
      ...(major !== undefined && { major }),
      os,
      device,
      automated: true,
    });
  });
});

describe('what is not recognised', () => {
  it.each(['', 'Mozilla', 'Mozilla/5.0', 'sample-user-agent', 'TrustWallet'])(
    '%j is neither known nor automated',
    (userAgent) => {
      expect(parseAgent(userAgent)).toEqual({
        family: 'other',
        os: 'other',
        device: 'other',
        automated: false,
      });
    },
  );

  it('does not take the engine alone for a browser', () => {
    expect(parseAgent('Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36')).toMatchObject({
      family: 'other',
      os: 'macOS',
      device: 'desktop',
    });
  });
});

describe('equal treatment', () => {
  const plain = `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/131.0.0.0 Safari/537.36`;
  it.each(['NVDA/2024.4', 'JAWS/2025', 'VoiceOver', 'TalkBack/15'])('%s changes nothing', (assistive) => {
    expect(parseAgent(`${plain} ${assistive}`)).toEqual(parseAgent(plain));
  });
});

it('takes any text without throwing, and looks at no more than its first 1,024 characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 2_000 }), (text) => {
      const facts = parseAgent(text);
      expect(facts).toEqual(parseAgent(text.slice(0, 1_024)));
      if (facts.major !== undefined) expect(facts.major).toBeLessThan(10_000);
    }),
  );
  expect(parseAgent(`${' '.repeat(1_024)}curl/8`).family).toBe('other');
});
