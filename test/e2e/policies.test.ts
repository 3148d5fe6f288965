import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { main } from '../../infra/cli/main.ts';
import { buildPolicies } from '../../infra/policies.ts';
import { assemblyForTests, type LocalModeForTest, startLocalMode } from '../local-mode.ts';
import { appOf, eventually, nativeEvent } from './client.ts';

let local: LocalModeForTest;
let app: ReturnType<typeof appOf>;

/** As an operator has it: one policy of their own beside the defaults, one in the place of a default. */
const OWN = `
@id("vault-is-closed")
forbid (principal, action, resource == Countersign::Application::"vault")
unless { context.purpose == "audit" || action == Countersign::Action::"resolve" };
@id("step-up-people")
permit (principal, action == Countersign::Action::"step_up", resource)
when { principal is Countersign::Person && context.score < 950000 };
@id("step-up-agents")
permit (principal, action == Countersign::Action::"step_up", resource)
when { principal is Countersign::Agent };
`;
const folder = mkdtempSync(join(tmpdir(), 'countersign-policies-'));

/** The assembly as it is synthesized with the operator's folder. */
const withOwnPolicies = async (): Promise<string> => {
  const [made, assembly] = [await assemblyForTests(), join(folder, 'cdk.out')];
  writeFileSync(join(folder, 'own.cedar'), OWN);
  const compiled = join(folder, 'policies.json');
  await buildPolicies(folder, compiled);
  mkdirSync(assembly);
  for (const name of readdirSync(made)) {
    if (existsSync(join(made, name, 'assets/policies.json'))) {
      cpSync(join(made, name), join(assembly, name), { recursive: true });
      cpSync(compiled, join(assembly, name, 'assets/policies.json'));
    } else symlinkSync(join(made, name), join(assembly, name));
  }
  return assembly;
};

beforeAll(async () => {
  local = await startLocalMode({ assembly: await withOwnPolicies() });
  app = appOf(local);
});
afterAll(async () => {
  app?.close();
  await local?.end();
  rmSync(folder, { recursive: true, force: true });
});

const post = (path: string, tenant: string, body: unknown = {}, name = 'ada') =>
  local.issuer.token({ sub: name }).then((token) =>
    app.request(`${path}${path.includes('?') ? '&' : '?'}tenant=${tenant}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { authorization: `Bearer ${token}` },
    }),
  );
const decide = (id: string, tenant: string, more = {}) =>
  app.evaluate(nativeEvent(id, { metadata: { tenant }, ...more })).then(({ body }) => body);
const example = (name: string) =>
  readFileSync(new URL(`../../functions/decisions/policies/examples/${name}.cedar`, import.meta.url), 'utf8');

/** Nobody is let in without more: easy to tell from the default. */
const ALWAYS_ASK =
  '@id("always-ask") forbid (principal, action == Countersign::Action::"allow", resource);' +
  '@id("ask-everybody") permit (principal, action == Countersign::Action::"step_up", resource);';

describe("an operator's own folder, at deployment", () => {
  test('adds to the default policies and takes the place of some; decisions name them', async () => {
    const vault = { application: { id: 'vault' } };
    const closed = await decide('closed', 'own', vault);
    expect(closed).toMatchObject({ outcome: 'deny', policy: { determining: ['vault-is-closed'] } });
    const audited = await decide('audited', 'own', { ...vault, purpose: 'audit' });
    expect(audited.policy.determining).not.toContain('vault-is-closed');
    expect(audited.outcome).not.toBe('deny');
    const agent = { subject: { id: 'copilot', kind: 'agent' }, resource: { id: 'all', sensitivity: 'high' } };
    const [asAgent, asPerson] = [
      await decide('as-agent', 'own', agent),
      await decide('as-person', 'own', { ...agent, subject: { id: 'human', kind: 'person' } }),
    ];
    if (asAgent.outcome === 'step_up') expect(asAgent.policy.determining).toContain('step-up-agents');
    if (asPerson.outcome === 'step_up') expect(asPerson.policy.determining).toContain('step-up-people');
    const { own } = (await app.request('/v1/policies?tenant=own')).body;
    expect(own['step-up-people']).not.toContain('Countersign::Agent');
    expect(own).toHaveProperty('allow-low-risk');
  });
});

describe('policy without a deployment', () => {
  test('is tried on what was decided, activated, named by decisions, and taken back; other tenants keep theirs', async () => {
    const before = await decide('before', 'tried');
    const added = await post('/v1/policies', 'tried', { policies: ALWAYS_ASK, comment: 'An incident' });
    expect(added).toMatchObject({ status: 201, body: { version: 1, by: 'ada' } });
    // On record, it decides nothing yet.
    expect((await app.request('/v1/policies?tenant=tried')).body).toMatchObject({ active: 0, latest: 1 });
    const run = await eventually(async () => {
      const { body } = await post('/v1/policies/dry-run', 'tried', { version: 1 });
      return body.decisions > 0 && body;
    });
    const changes = before.outcome === 'step_up' ? 0 : 1;
    expect(run).toMatchObject({ decisions: 1, changed: changes });
    expect((await post('/v1/policies/1/activate', 'tried')).body.active).toBe(1);

    // A tenant that the function has not seen yet finds its policy at once; a seen one within half a minute.
    await post('/v1/policies', 'fresh', { policies: ALWAYS_ASK });
    await post('/v1/policies/1/activate', 'fresh');
    const asked = await decide('asked', 'fresh');
    expect(asked).toMatchObject({ outcome: 'step_up' });
    expect(asked.policy.determining).toEqual(expect.arrayContaining(['always-ask', 'ask-everybody']));
    const said: string[] = [];
    const environment = {
      COUNTERSIGN_URL: local.urls.api,
      COUNTERSIGN_TOKEN: await local.issuer.token(),
      COUNTERSIGN_TENANT: 'fresh',
    };
    expect(await main(['replay', 'asked'], environment, (line) => said.push(line))).toBe(0);
    expect(said.join()).toMatch(/bit for bit; policy says step_up, as then$/);
    const elsewhere = await decide('asked', 'elsewhere');
    expect(elsewhere.policy.determining).not.toContain('always-ask');
    expect((await post('/v1/policies/rollback', 'tried')).body.active).toBe(0);
    // Whatever is active since, a decision is replayed with the policies that made it.
    await post('/v1/policies/rollback', 'fresh');
    expect(await main(['replay', 'asked'], environment, (line) => said.push(line))).toBe(0);
    expect(said[1]).toBe(said[0]);
  });

  test('is refused when it does not validate, denies everybody or locks operators out, and nothing changes', async () => {
    const forbid = (when: string) =>
      ['allow', 'step_up']
        .map(
          (action) =>
            `@id("no-${action}") forbid (principal, action == Countersign::Action::"${action}", resource)${when};`,
        )
        .join('\n');
    for (const policies of [
      'permit (',
      '@id("x") permit (principal, action, resource) when { context.nothing };',
      forbid(''),
      forbid(' when { principal.roles.contains("operator") }'),
    ])
      expect(await post('/v1/policies', 'default', { policies })).toMatchObject({
        status: 422,
        body: { type: 'urn:countersign:problem:policy-invalid' },
      });
    expect((await app.request('/v1/policies')).body).toMatchObject({ active: 0, latest: 0 });
    expect((await post('/v1/policies/7/activate', 'default')).status).toBe(404);
    const apps = await local.issuer.token({ scope: 'countersign/evaluate' });
    const answer = await app.request('/v1/policies', { headers: { authorization: `Bearer ${apps}` } });
    expect(answer.status).toBe(403);
  });

  test('from the command line says what is wrong, and changes nothing', async () => {
    const environment = {
      COUNTERSIGN_URL: local.urls.api,
      COUNTERSIGN_TOKEN: await local.issuer.token(),
      COUNTERSIGN_TENANT: 'typed',
    };
    const run = async (...command: string[]) => {
      const said: string[] = [];
      const code = await main(['policies', ...command], environment, (line) => said.push(line));
      return { code, said: said.join('\n') };
    };
    const file = join(folder, 'never.txt');
    writeFileSync(file, '@id("never") forbid (principal, action, resource);');
    for (const command of ['add', 'try'])
      expect(await run(command, file)).toMatchObject({
        code: 1,
        said: expect.stringMatching(/denies everybody/),
      });
    expect(await run('add', join(folder, 'nothing.cedar'))).toMatchObject({
      code: 1,
      said: expect.stringMatching(/cannot be read/),
    });
    expect((await run('activate', '3')).said).toMatch(/404/);
    expect((await run('activate', 'latest')).code).toBe(2);
    expect((await run('show')).said).toBe("The deployment's own set decides; 0 on record.");
  });

  test('the two-person rule: what one reviewer wants, another approves', async () => {
    await post('/v1/policies', 'pair', { policies: example('two-person-rule') });
    await post('/v1/policies/1/activate', 'pair');
    // Payroll always takes two; a service that looks unlike itself goes to people.
    const subject = { id: 'robot', kind: 'service' };
    const application = { id: 'payroll' };
    for (let day = 12; day > 1; day--)
      await decide(`usual-${day}`, 'pair', {
        metadata: { tenant: 'pair', time: new Date(Date.now() - day * 86_400_000).toISOString() },
        subject,
        application,
      });
    const odd = await decide('odd', 'pair', {
      subject,
      application,
      network: { ip: '41.58.0.1' },
      agent: { userAgent: 'curl/8.5.0', deviceId: 'd-elsewhere' },
    });
    expect(odd.outcome).toBe('review');
    const review = await eventually(async () => {
      const { body } = await app.request('/v1/reviews?tenant=pair');
      return body.reviews.find((one: { eventId: string }) => one.eventId === 'odd');
    });
    const act = (action: object, name: string) => post(`/v1/reviews/${review.id}`, 'pair', action, name);
    await act({ action: 'claim' }, 'ada');
    expect((await act({ action: 'decide', outcome: 'allow' }, 'ada')).body.state).toBe('awaiting_approval');
    expect((await app.decision('odd', 'pair')).body.outcome).toBe('review');
    expect((await act({ action: 'approve' }, 'ada')).status).toBe(403);
    expect((await act({ action: 'approve' }, 'bob')).body).toMatchObject({
      state: 'resolved',
      approvals: ['ada', 'bob'],
    });
    expect((await app.decision('odd', 'pair')).body.outcome).toBe('allow');
  });
});
