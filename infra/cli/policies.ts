import { parseArgs } from 'node:util';
import type { DryRun } from '../../functions/decisions/manage-policies.ts';
import type { PolicyHistory, PolicyVersion } from '../../functions/decisions/policy-versions.store.ts';
import { type OperatorApi, operatorApi } from './api.ts';
import { textOf } from './archive-files.ts';

const USAGE = `Usage: npx countersign policies <command>

  show                          says which version decides, and which did before
  try <file.cedar | version> [--last <n>] [--alone]
                                says what it would change of the latest decisions; nothing is written
  add <file.cedar> [--comment <text>] [--alone]
                                puts a version on record; it decides nothing yet
  activate <version>            lets a version decide; 0 is the deployment's own set
  rollback                      goes back to what was active before

--alone takes the file in the place of the deployment's own policies, and not on top of them.
`;

type State = Pick<PolicyHistory, 'latest' | 'activations'> & { readonly active: number };

const read = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: {
        last: { type: 'string', default: '200' },
        comment: { type: 'string' },
        alone: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    });
  } catch {
    return undefined;
  }
};

const isVersion = (text: string): boolean => /^\d+$/.test(text);

const stateText = ({ active, latest, activations }: State): string =>
  [
    `${active === 0 ? "The deployment's own set" : `Version ${active}`} decides; ${latest} on record.`,
    ...activations
      .toReversed()
      .map(({ version, by, time }) => `  ${time}  ${by} activated ${version === 0 ? 'its own' : version}`),
  ].join('\n');

const runText = ({ decisions, changed, changes, examples }: DryRun): string =>
  [
    `Of the latest ${decisions} decisions it would change ${changed}.`,
    ...changes.map(({ from, to, count }) => `  ${from} -> ${to}: ${count}`),
    ...examples
      .slice(0, 5)
      .map(
        ({ eventId, score, from, to, determining }) =>
          `  ${eventId} (${score.toFixed(3)}): ${from} -> ${to}, by ${determining.join(', ') || 'no permit'}`,
      ),
  ].join('\n');

/**
 * Manages policies without a deployment.
 *
 * @returns the exit code: 0, or 2 for what cannot be understood.
 * @throws ApiError, FileError
 */
export const policies = async (
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<number> => {
  const parsed = read(args);
  const [command, argument, ...rest] = parsed?.positionals ?? [];
  if (parsed === undefined || command === undefined || rest.length > 0) {
    say(USAGE);
    return 2;
  }
  const { last, comment, alone } = parsed.values;
  const api = (): OperatorApi => operatorApi(environment);
  const proposed = (file: string) => ({ policies: textOf(file), over: alone ? 'nothing' : 'default' });
  const show = (state: State) => {
    say(stateText(state));
    return 0;
  };
  if (command === 'show' && argument === undefined) return show(await api().get<State>('/v1/policies'));
  if (command === 'rollback' && argument === undefined)
    return show(await api().post<State>('/v1/policies/rollback', {}));
  if (command === 'activate' && argument !== undefined && isVersion(argument))
    return show(await api().post<State>(`/v1/policies/${argument}/activate`, {}));
  if (command === 'try' && argument !== undefined) {
    const set = isVersion(argument) ? { version: Number(argument) } : proposed(argument);
    say(runText(await api().post<DryRun>('/v1/policies/dry-run', { ...set, last: Number(last) })));
    return 0;
  }
  if (command === 'add' && argument !== undefined) {
    const body = { ...proposed(argument), ...(comment === undefined ? {} : { comment }) };
    const { version } = await api().post<PolicyVersion>('/v1/policies', body);
    say(`Version ${version} is on record; npx countersign policies activate ${version} lets it decide.`);
    return 0;
  }
  say(USAGE);
  return 2;
};
