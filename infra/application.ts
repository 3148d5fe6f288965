import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, type AppProps, Stack, Tags, Validations } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { ROOT } from './bundle.ts';
import { Countersign } from './countersign.ts';
import { EdgeFirewall, REQUESTS_PER_ADDRESS } from './edge-firewall.ts';
import { type StageSettings, stagesOf } from './settings.ts';
import type { Edge } from './wallet-edge.ts';

/** The context of `cdk.json`: the CLI passes it on, a program that runs the app directly does not. */
const projectContext = (): Record<string, unknown> =>
  JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')).context ?? {};

/** No such account: the CLI refuses to deploy what only local mode may run. */
const NOWHERE = { account: '000000000000', region: 'us-east-1' };

/** Where CloudFront's firewalls live. */
const EDGE_REGION = 'us-east-1';

/** Where the CLI would deploy to: a reference to another region must be made by who knows its own. */
const currentRegion = (): string => process.env.CDK_DEFAULT_REGION ?? EDGE_REGION;

/** The stack of the stage's firewall, with what the distribution is told of it. */
const edgeOf = (app: App, settings: StageSettings): { edge?: Edge; stack?: Stack } => {
  const { stage, edge = stage === 'prod', retain = stage === 'prod', logDays = 30 } = settings;
  if (edge === false) return {};
  const { webAclArn, requestsPerAddress = REQUESTS_PER_ADDRESS, ...named } = edge === true ? {} : edge;
  if (webAclArn !== undefined) return { edge: { webAclArn, ...named } };
  const stack = new Stack(app, `countersign-${stage}-edge`, {
    description: `Countersign ${stage}: the firewall before the API, which CloudFront takes from this region only`,
    terminationProtection: retain,
    env: { region: EDGE_REGION },
    crossRegionReferences: true,
  });
  const firewall = new EdgeFirewall(stack, 'Firewall', {
    stage,
    requestsPerAddress,
    logRetention: logDays,
    retain,
  });
  return { edge: { webAclArn: firewall.webAclArn, ...named }, stack };
};

const stageStack = (app: App, settings: StageSettings, geoData: string): Stack => {
  const { stage, alarmTopicArn, region = currentRegion(), edge: _, ...props } = settings;
  const { edge, stack: firewall } = edgeOf(app, settings);
  const stack = new Stack(app, `countersign-${stage}`, {
    description: `Countersign ${stage}: scores identity events and decides what to ask for`,
    terminationProtection: props.retain ?? stage === 'prod',
    ...(stage === 'local' ? { env: NOWHERE } : firewall || settings.region ? { env: { region } } : {}),
    ...(firewall ? { crossRegionReferences: true } : {}),
  });
  if (firewall) Tags.of(firewall).add('countersign:stage', stage);
  const alarmTopic = alarmTopicArn ? Topic.fromTopicArn(stack, 'AlarmTopic', alarmTopicArn) : undefined;
  new Countersign(stack, 'Countersign', {
    ...props,
    stage,
    geoData,
    ...(edge ? { edge } : {}),
    ...(alarmTopic ? { alarmTopic } : {}),
  });
  Tags.of(stack).add('countersign:stage', stage);
  return stack;
};

/**
 * The CDK app: one stack per stage, `countersign-<stage>`, checked by cdk-nag on synthesis.
 *
 * @param geoData folder of the geo layer.
 * @throws SettingsError when the context is wrong.
 * @example
 * ```ts
 * const app = countersignApp(await buildGeoData(), { outdir: '.local/cdk.out', context: { stage: 'local' } });
 * app.synth();
 * ```
 */
export const countersignApp = (geoData: string, props: Pick<AppProps, 'outdir' | 'context'> = {}): App => {
  const app = new App({
    ...props,
    analyticsReporting: false,
    context: { ...projectContext(), ...props.context },
  });
  const stages = stagesOf({
    stage: app.node.tryGetContext('stage'),
    countersign: app.node.tryGetContext('countersign'),
  });
  for (const settings of stages) stageStack(app, settings, geoData);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  return app;
};
