import { CountersignError } from '../platform/errors.ts';

/**
 * What goes wrong in the signals room: the data on board is damaged (`asn-table-invalid`,
 * `geo-data-missing`) or a caller passed what is not an address (`address-invalid`).
 *
 * @example
 * ```ts
 * throw new SignalError('asn-table-invalid', 'The ASN table is truncated');
 * ```
 */
export class SignalError extends CountersignError {
  override readonly name = 'SignalError';
}
