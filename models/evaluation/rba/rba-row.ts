import type { AuthEvent } from '../../../functions/events/auth-event.ts';
import type { NetworkFacts } from '../../../functions/signals/index.ts';

/** The columns of the data set, in order. */
export const RBA_COLUMNS = [
  'index',
  'Login Timestamp',
  'User ID',
  'Round-Trip Time [ms]',
  'IP Address',
  'Country',
  'Region',
  'City',
  'ASN',
  'User Agent String',
  'Browser Name and Version',
  'OS Name and Version',
  'Device Type',
  'Login Successful',
  'Is Attack IP',
  'Is Account Takeover',
] as const;

/** The account that stands for all that do not exist: 44.9 % of the rows, and no person. */
export const NOBODY = '-4324475583306591935';

/** One row of the "Login Data Set for Risk-Based Authentication" (Wiefling et al., doi 10.5281/zenodo.6782156). */
export interface RbaRow {
  readonly event: AuthEvent;
  /** What the row says of the network. Addresses in the set are stand-ins: no look-up of our own would fit them. */
  readonly network: NetworkFacts;
  readonly attackIp: boolean;
  readonly takeover: boolean;
}

/** A row that is not as the data set's description says. */
export class RbaRowError extends Error {
  override readonly name = 'RbaRowError';
  /** The column that is wrong. */
  readonly column: string;

  constructor(column: string) {
    super(`The row's ${column} is not readable`);
    this.column = column;
  }
}

/** Checks the first record of a file. @throws RbaRowError naming the first column that is not as it should be. */
export function checkHeader(fields: readonly string[]): void {
  RBA_COLUMNS.forEach((column, i) => {
    if (fields[i]?.replace('\uFEFF', '') !== column) throw new RbaRowError(column);
  });
}

/**
 * Reads one row. Spreadsheets that opened the file have shortened ids to `-4.32E+18` and times to `43:30.8` in
 * some copies: those are refused, since they no longer tell people apart.
 *
 * @throws RbaRowError
 */
export function readRow(fields: readonly string[], classify: (asn: number) => NetworkFacts['class']): RbaRow {
  const at = (column: (typeof RBA_COLUMNS)[number]): string => {
    const value = fields[RBA_COLUMNS.indexOf(column)];
    if (value === undefined) throw new RbaRowError(column);
    return value;
  };
  if (fields.length !== RBA_COLUMNS.length) throw new RbaRowError('number of columns');
  const flag = (column: 'Login Successful' | 'Is Attack IP' | 'Is Account Takeover'): boolean => {
    const value = at(column);
    if (value !== 'True' && value !== 'False') throw new RbaRowError(column);
    return value === 'True';
  };
  const matching = (column: (typeof RBA_COLUMNS)[number], pattern: RegExp): string => {
    const value = at(column);
    if (!pattern.test(value)) throw new RbaRowError(column);
    return value;
  };
  const user = matching('User ID', /^-?\d{1,19}$/);
  const stamp = matching('Login Timestamp', /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?$/);
  const time = Date.parse(`${stamp.replace(' ', 'T').slice(0, 23)}Z`);
  if (Number.isNaN(time)) throw new RbaRowError('Login Timestamp');
  const ip = matching('IP Address', /^(\d{1,3}\.){3}\d{1,3}$/);
  const asn = Number(matching('ASN', /^\d*$/));
  const roundTrip = matching('Round-Trip Time [ms]', /^(\d+(\.\d+)?)?$/);
  const country = at('Country');
  const city = at('City');
  const success = flag('Login Successful');
  return {
    event: {
      type: 'authentication',
      id: matching('index', /^\d+$/),
      tenant: 'rba',
      time,
      source: 'rba',
      provider: 'native',
      action: 'sign_in',
      outcome: success ? 'success' : 'failure',
      ...(success
        ? {}
        : { failureReason: user === NOBODY ? ('unknown_subject' as const) : ('bad_credentials' as const) }),
      subject: { id: user, kind: 'person', roles: [] },
      factors: ['password'],
      network: { ip, ...(roundTrip === '' ? {} : { roundTripMs: Number(roundTrip) }) },
      agent: { userAgent: at('User Agent String').slice(0, 1_024) },
      evidence: [],
      unfilled: ['agent.deviceId', 'application.id', 'session.id', 'resource'],
    },
    network: {
      prefix: `${ip.split('.').slice(0, 3).join('.')}.0/24`,
      ...(asn > 0 ? { asn: `AS${asn}` } : {}),
      ...(/^[A-Z]{2}$/.test(country) ? { country } : {}),
      ...(city !== '-' && city !== '' ? { city } : {}),
      class: classify(asn),
    },
    attackIp: flag('Is Attack IP'),
    takeover: flag('Is Account Takeover'),
  };
}
