import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { countersignApp } from './application.ts';

/** For tests: a template's resource. */
export interface Resource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  // biome-ignore lint/suspicious/noExplicitAny: the properties of any resource there is
  readonly Properties: Record<string, any>;
}

/** For tests: the app made without bundling and with an empty geo layer, in folders that `remove` takes away. */
export const testApp = (
  context: Record<string, unknown> = {},
): { app: App; geoData: string; remove: () => void } => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-synth-'));
  const geoData = join(folder, 'layer');
  mkdirSync(join(geoData, 'geo'), { recursive: true });
  writeFileSync(join(geoData, 'geo', 'geo.json'), '{}');
  const app = countersignApp(geoData, {
    outdir: join(folder, 'out'),
    // Not the settings of `cdk.json`: an operator's own must not fail the tests.
    context: { 'aws:cdk:bundling-stacks': [], countersign: {}, ...context },
  });
  return { app, geoData, remove: () => rmSync(folder, { recursive: true }) };
};

/** For tests: the template of each stage of the app, by the name of the stage. */
export const templatesOf = (app: App): Record<string, Template> =>
  Object.fromEntries(
    app.node.children
      .filter((child) => child instanceof Stack)
      // Firewalls have stacks of their own, and their own tests.
      .filter(({ stackName }) => !stackName.endsWith('-edge'))
      .map((stack) => [stack.stackName.replace('countersign-', ''), Template.fromStack(stack)]),
  );

/** For tests: the resources of one type, by logical id. */
export const resourcesOf = (template: Template, type: string): [id: string, resource: Resource][] =>
  Object.entries(template.findResources(type)) as [string, Resource][];
