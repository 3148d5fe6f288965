import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { feedIn } from './geo-layer.ts';
import { resourcesOf, templatesOf, testApp } from './test-app.ts';

describe('a threat feed in the geo layer', () => {
  it('is used when an operator put it there', () => {
    const folder = mkdtempSync(join(tmpdir(), 'countersign-layer-'));
    try {
      mkdirSync(join(folder, 'geo'));
      expect(feedIn(folder)).toBeUndefined();
      writeFileSync(join(folder, 'geo', 'threat-feed.json'), '{}');
      expect(feedIn(folder)).toBe('/opt/geo/threat-feed.json');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('a deployment with a threat feed on S3, known places of its service and a model key of its own', () => {
  let made: ReturnType<typeof testApp>;
  let environment: Record<string, unknown>;
  let reading: string[];
  // Synthesizing has to make the app of one stage, which takes its time on a busy machine.
  beforeAll(() => {
    const settings = {
      threatFeed: 's3://acme-lists/feeds/today.json',
      serverLocations: [
        { latitude: 50.1, longitude: -8.7 },
        { latitude: 40.7, longitude: -74 },
      ],
      modelKeys: ['sWvBjaBGvoO_l_lkC27VufUCcXUOKn4ybV9smNhw0CQ'],
    };
    made = testApp({ stage: 'dev', countersign: { dev: settings } });
    const template = Object.values(templatesOf(made.app))[0]!;
    environment = resourcesOf(template, 'AWS::Lambda::Function')
      .map(([, { Properties }]) => Properties)
      .find(({ FunctionName }) => /score/.test(JSON.stringify(FunctionName)))!.Environment.Variables;
    reading = resourcesOf(template, 'AWS::IAM::Policy')
      .map(([, { Properties }]) => JSON.stringify(Properties))
      // Firehose has to read what it writes of the log, in its own bucket.
      .filter((policy) => policy.includes('s3:GetObject') && !policy.includes('s3:PutObject'));
  }, 180_000);
  afterAll(() => made?.remove());

  it('tells the score function where they are', () => {
    expect(environment).toMatchObject({
      THREAT_FEED: 's3://acme-lists/feeds/today.json',
      SERVER_LOCATIONS: '50.1,-8.7 40.7,-74',
      MODEL_KEYS: 'sWvBjaBGvoO_l_lkC27VufUCcXUOKn4ybV9smNhw0CQ',
    });
  });

  it('lets it read that object and no other', () => {
    expect(reading).toHaveLength(1);
    expect(reading[0]).toContain('"Action":"s3:GetObject"');
    expect(reading[0]).toContain(':s3:::acme-lists/feeds/today.json');
  });
});
