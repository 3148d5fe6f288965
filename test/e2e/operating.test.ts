import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalModeForTest, startLocalMode } from '../local-mode.ts';

const ROOT = join(import.meta.dirname, '../..');
let local: LocalModeForTest;
beforeAll(async () => {
  local = await startLocalMode();
});
afterAll(() => local?.end());

/** Between the outputs of two blocks. */
const MARK = '=== block ===';

const blocksOf = (page: string): string[] =>
  [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1]!);

/** Runs blocks of a page in one shell; only where local mode listens and keeps its folder is another than in the text. */
const run = async (blocks: readonly string[]): Promise<string[]> => {
  const here = blocks
    .join(`\necho; echo '${MARK}'\n`)
    .replaceAll(/http:\/\/(localhost|127\.0\.0\.1):4000/g, local.urls.api)
    .replaceAll('require("./.local/', `require("${local.state}/`)
    .replaceAll('.local/', `${local.state}/`)
    .replaceAll('npx countersign', 'node infra/cli/countersign.mjs');
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', here], {
    cwd: ROOT,
    maxBuffer: 16 * 1024 * 1024,
    env: {
      ...process.env,
      PATH: `${join(process.execPath, '..')}:${process.env.PATH}`,
      COUNTERSIGN_URL: local.urls.api,
      COUNTERSIGN_TOKEN: await local.issuer.token(),
    },
  });
  return stdout.split(`${MARK}\n`);
};

test('docs/operating.md runs as it is written, block after block in one shell', async () => {
  const page = readFileSync(join(ROOT, 'docs/operating.md'), 'utf8');
  const blocks = blocksOf(page);
  expect(blocks).toHaveLength(8);
  const [decided, shadow, policies, dispute, feedback, link, log, erased] = await run(blocks);
  expect(JSON.parse(decided!)).toMatchObject({ eventId: 'operating-1', mode: 'shadow' });

  expect(shadow).toMatch(/Wrote shadow-report\.md, \.svg and \.json/);
  expect(readFileSync(join(local.state, 'report/shadow-report.md'), 'utf8')).toMatch(
    /1 decisions on 1 subjects/,
  );
  expect(readFileSync(join(local.state, 'report/shadow-report.svg'), 'utf8')).toMatch(/^<svg/);

  expect(policies).toMatch(/^Of the latest 1 decisions it would change [01]\./);
  expect(policies).toMatch(/Version 1 is on record/);
  expect(policies).toMatch(/^Version 1 decides; 1 on record\.$/m);
  expect(policies).toMatch(/^The deployment's own set decides; 1 on record\.$/m);

  expect(dispute).toMatch(/^\{"reference":"d-[\w-]{27}\.[\w-]{22}","status":"open"/);
  expect(dispute).toMatch(/"state":"claimed"/);
  expect(dispute).toMatch(/Called back, at the number we know/);
  expect(dispute).toMatch(/"status":"overturned"[^{}]*\}\s*$/);

  expect(feedback).toMatch(/^\{"feedbackId":"[\w-]{27}\.[\w-]+"\}\s*$/);
  expect(link).toMatch(/Was this you\?[\s\S]*We have noted that this was you/);
  expect(link).toMatch(/"labels":\[\{"id":"[^{}]+"label":0,/);

  expect(log).toMatch(/"whole": true[\s\S]*"whole": true/);
  expect(log).toMatch(
    /operating-1: score [\d.e-]+ is the recorded one, bit for bit; policy says \w+, as then/,
  );
  const events = readFileSync(join(local.state, 'events.jsonl'), 'utf8').trim().split('\n');
  expect(JSON.parse(events[0]!)).toMatchObject({ class_uid: 3002, metadata: { version: '1.3.0' } });

  expect(erased).toMatch(/"baseline":\{"format"/);
  expect(erased).toMatch(/\{"decisions":1,"records":\d+\}/);
  expect(erased).toMatch(/"whole": true/);
  // Nothing that the page says is missing.
  for (const [, path] of page.matchAll(/\]\((\.\.?\/[^)#]+|[\w-]+\.md)\)/g))
    expect(existsSync(join(ROOT, 'docs', path!)), path).toBe(true);
}, 120_000);

test('what the front page tells operators to type runs as it is written', async () => {
  const blocks = blocksOf(readFileSync(join(ROOT, 'README.md'), 'utf8'));
  const about = (text: string) => blocks.find((block) => block.includes(text))!;
  const logged = `until curl -s http://localhost:4000/v1/log -H "authorization: Bearer $COUNTERSIGN_TOKEN" | grep readme-1
    do sleep 0.2; done > /dev/null\n`;
  const [decided, operated, trusted] = await run([
    about('"id": "readme-1"'),
    logged + about('countersign replay'),
    about('issuers trust'),
  ]);
  expect(JSON.parse(decided!)).toMatchObject({ eventId: 'readme-1' });
  expect(operated).toMatch(/^Of the latest \d+ decisions it would change \d+\./m);
  expect(operated).toMatch(/readme-1: score [\d.e-]+ is the recorded one, bit for bit/);
  expect(operated).toMatch(/"whole": true/);
  expect(trusted).toMatch(/did:web:gov\.example/);
}, 120_000);
