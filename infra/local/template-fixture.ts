import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Code, type FunctionProps, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LOCAL_ACCOUNT, type LocalTemplate, readTemplate } from './template.ts';

/** For tests: the place that fixtures are taken to be deployed to. */
export const FIXTURE_PLACE = {
  account: LOCAL_ACCOUNT,
  region: 'us-east-1',
  endpoint: 'http://127.0.0.1:4001',
  api: 'http://127.0.0.1:4000',
};

/** For tests: a folder that holds these files. */
export function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** For tests: a function whose bundle is this source. */
export function functionOf(stack: Stack, id: string, source: string, props: Partial<FunctionProps> = {}) {
  return new LambdaFunction(stack, id, {
    functionName: id,
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromAsset(folderOf({ 'index.mjs': source })),
    ...props,
  });
}

/** For tests: synthesizes a real CDK app and reads the assembly back. */
export function templateOf(build: (stack: Stack, app: App) => void): LocalTemplate {
  return readTemplate(assemblyOf(build), FIXTURE_PLACE);
}

/** For tests: the folder of a synthesized CDK app. */
export function assemblyOf(build: (stack: Stack, app: App) => void): string {
  const outdir = mkdtempSync(join(tmpdir(), 'countersign-assembly-'));
  const app = new App({ outdir, builtinCloudFormationValidation: false });
  build(new Stack(app, 'fixture'), app);
  app.synth();
  return outdir;
}
