import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, type AppProps, Stack, Tags, Validations } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { ROOT } from './bundle.ts';
import { Countersign } from './countersign.ts';
import { type StageSettings, stagesOf } from './settings.ts';

/** The context of `cdk.json`: the CLI passes it on, a program that runs the app directly does not. */
const projectContext = (): Record<string, unknown> =>
  JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')).context ?? {};

/** No such account: the CLI refuses to deploy what only local mode may run. */
const NOWHERE = { account: '000000000000', region: 'us-east-1' };

const stageStack = (app: App, settings: StageSettings, geoData: string): Stack => {
  const { stage, alarmTopicArn, ...props } = settings;
  const stack = new Stack(app, `countersign-${stage}`, {
    description: `Countersign ${stage}: scores identity events and decides what to ask for`,
    terminationProtection: props.retain ?? stage === 'prod',
    ...(stage === 'local' ? { env: NOWHERE } : {}),
  });
  const alarmTopic = alarmTopicArn ? Topic.fromTopicArn(stack, 'AlarmTopic', alarmTopicArn) : undefined;
  new Countersign(stack, 'Countersign', { ...props, stage, geoData, ...(alarmTopic ? { alarmTopic } : {}) });
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
