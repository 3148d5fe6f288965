import { describe, expect, it } from 'vitest';
import { SettingsError, stagesOf } from './settings.ts';

const problemsOf = (context: Parameters<typeof stagesOf>[0]): string[] => {
  try {
    stagesOf(context);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.fields.map(({ field }) => field);
  }
  return [];
};

const dev = (settings: unknown) => problemsOf({ countersign: { dev: settings } });

describe('which stages are made', () => {
  it('makes dev and prod, and never local, unless told', () => {
    expect(stagesOf({}).map(({ stage }) => stage)).toEqual(['dev', 'prod']);
  });

  it('makes the one stage that is named, with the partner buses of the fixtures in local', () => {
    const [local, ...others] = stagesOf({ stage: 'local' });
    expect(others).toEqual([]);
    expect(local).toEqual({
      stage: 'local',
      partnerBuses: [
        'aws.partner/auth0.com/countersign-demo/logs',
        'aws.partner/okta.com/countersign-demo/logs',
      ],
      verifier: { appOrigins: ['loopback'], remoteHosts: ['loopback'] },
    });
  });

  it('refuses a stage that nobody described, and says which there are', () => {
    expect(() => stagesOf({ stage: 'staging' })).toThrow(/dev, prod, local/);
    expect(stagesOf({ stage: 'staging', countersign: { staging: {} } })).toEqual([{ stage: 'staging' }]);
  });

  it.each(['Prod', '1st', 'a_b', '', 'a'.repeat(21)])('refuses %j as the name of a stage', (stage) => {
    expect(() => stagesOf({ countersign: { [stage]: {} } })).toThrow(SettingsError);
  });

  it('takes settings as JSON, as the command line passes them', () => {
    const [first] = stagesOf({ stage: 'prod', countersign: '{"prod":{"mode":"enforce"}}' });
    expect(first).toEqual({ stage: 'prod', mode: 'enforce' });
    expect(() => stagesOf({ countersign: '{prod}' })).toThrow(/not JSON/);
    expect(() => stagesOf({ countersign: '["prod"]' })).toThrow(SettingsError);
  });
});

describe('what a setting may be', () => {
  it('takes every setting there is', () => {
    const settings = {
      mode: 'enforce',
      fallbackOutcome: 'deny',
      threatFeed: 's3://acme-lists/feeds/today.json',
      serverLocations: [{ latitude: 50.1, longitude: 8.7 }],
      modelKeys: ['sWvBjaBGvoO_l_lkC27VufUCcXUOKn4ybV9smNhw0CQ'],
      partnerBuses: ['aws.partner/okta.com/acme/prod'],
      producers: [{ account: '111122223333', sources: ['shop.example'] }],
      oidc: { issuer: 'https://id.example/tenant', audience: ['countersign'] },
      tenants: { claim: 'org', clients: { c: 't' }, sources: { 'shop.example': 'shop' }, default: 'acme' },
      corsOrigins: ['https://console.example', 'http://localhost:4000'],
      throttle: { requestsPerSecond: 10, burst: 20 },
      verifier: {
        publicUrl: 'https://verifier.example',
        clientIdPrefix: 'x509_san_dns',
        did: 'did:web:verifier.example',
        certificates: ['MIIB'],
        remoteHosts: ['issuer.example', 'issuer.example:8443'],
        unavailableStatus: 'report',
        appOrigins: ['https://shop.example', 'loopback'],
      },
      signals: {
        pushHosts: ['receiver.example', '*.partner.example'],
        subjectIssuer: 'https://idp.example',
        transmitters: [
          {
            issuer: 'https://idp.example',
            audience: 'us',
            tenant: 'shop',
            jwks: { keys: [{ kty: 'RSA', n: 'x' }] },
          },
        ],
      },
      edge: {
        requestsPerAddress: 500,
        webAclArn: 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/own/1',
      },
      region: 'eu-central-1',
      archiveDays: 1,
      logDays: 90,
      logLevel: 'DEBUG',
      retain: true,
      alarmTopicArn: 'arn:aws:sns:eu-central-1:111122223333:alarms',
    };
    expect(stagesOf({ stage: 'dev', countersign: { dev: settings } })).toEqual([
      { stage: 'dev', ...settings },
    ]);
  });

  it.each([
    ['an unknown setting', { mod: 'enforce' }, 'countersign.dev'],
    ['a fallback that allows', { fallbackOutcome: 'allow' }, 'countersign.dev.fallbackOutcome'],
    ['a feed from anywhere', { threatFeed: 'https://lists.example/feed' }, 'countersign.dev.threatFeed'],
    ['a feed without a key', { threatFeed: 's3://acme-lists/' }, 'countersign.dev.threatFeed'],
    [
      'a place off the Earth',
      { serverLocations: [{ latitude: 91, longitude: 0 }] },
      'countersign.dev.serverLocations.0.latitude',
    ],
    ['no place in a list of them', { serverLocations: [] }, 'countersign.dev.serverLocations'],
    ['a key that is none', { modelKeys: ['MCowBQYDK2VwAyEA'] }, 'countersign.dev.modelKeys.0'],
    ['no key at all, which no model could fit', { modelKeys: [] }, 'countersign.dev.modelKeys'],
    [
      'a host to push to by its URL',
      { signals: { pushHosts: ['https://receiver.example'] } },
      'countersign.dev.signals.pushHosts.0',
    ],
    [
      'a transmitter with a shared secret for a key',
      {
        signals: {
          transmitters: [
            { issuer: 'i', audience: 'a', tenant: 't', jwks: { keys: [{ kty: 'oct', k: 'x' }] } },
          ],
        },
      },
      'countersign.dev.signals.transmitters.0.jwks.keys.0.kty',
    ],
    [
      'a transmitter without keys',
      { signals: { transmitters: [{ issuer: 'i', audience: 'a', tenant: 't', jwks: { keys: [] } }] } },
      'countersign.dev.signals.transmitters.0.jwks.keys',
    ],
    [
      'a verifier over http',
      { verifier: { publicUrl: 'http://verifier.example' } },
      'countersign.dev.verifier.publicUrl',
    ],
    [
      'a remote host by its URL',
      { verifier: { remoteHosts: ['https://issuer.example'] } },
      'countersign.dev.verifier.remoteHosts.0',
    ],
    [
      'an unknown status that counts as valid',
      { verifier: { unavailableStatus: 'accept' } },
      'countersign.dev.verifier.unavailableStatus',
    ],
    [
      'a tenant whose name breaks keys',
      { tenants: { sources: { 'shop.example': 'shop#1' } } },
      'countersign.dev.tenants.sources.shop.example',
    ],
    ['a partner bus by half its name', { partnerBuses: ['okta.com/acme'] }, 'countersign.dev.partnerBuses.0'],
    [
      'an account of 11 digits',
      { producers: [{ account: '11112222333', sources: ['shop'] }] },
      'countersign.dev.producers.0.account',
    ],
    [
      'a producer of every source',
      { producers: [{ account: '111122223333', sources: [] }] },
      'countersign.dev.producers.0.sources',
    ],
    [
      'a producer that speaks as Countersign',
      { producers: [{ account: '111122223333', sources: ['shop', 'countersign'] }] },
      'countersign.dev.producers.0.sources.1',
    ],
    [
      'a producer that speaks as AWS',
      { producers: [{ account: '111122223333', sources: ['aws.signin'] }] },
      'countersign.dev.producers.0.sources.0',
    ],
    [
      'an issuer without TLS',
      { oidc: { issuer: 'http://id.example', audience: ['a'] } },
      'countersign.dev.oidc.issuer',
    ],
    [
      'an issuer without an audience',
      { oidc: { issuer: 'https://id.example', audience: [] } },
      'countersign.dev.oidc.audience',
    ],
    ['any origin', { corsOrigins: ['*'] }, 'countersign.dev.corsOrigins.0'],
    ['an archive of 8 days', { archiveDays: 8 }, 'countersign.dev.archiveDays'],
    ['an archive of no days, which is for ever', { archiveDays: 0 }, 'countersign.dev.archiveDays'],
    ['days that CloudWatch does not know', { logDays: 31 }, 'countersign.dev.logDays'],
    ['no object', 'enforce', 'countersign.dev'],
  ])('refuses %s and names it', (_, settings, field) => {
    expect(dev(settings)).toEqual([field]);
  });
});
