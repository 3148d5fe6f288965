/** The circuit's public signals, in the order in which proof, key and verifier count them. */
export const PUBLIC_SIGNALS = [
  'pseudonym',
  'issuerX',
  'issuerY',
  'schema',
  'now',
  'query',
  'statusRoot',
  'setRoot',
  'scope',
  'binding',
] as const;

/** All public signals of one proof. */
export type PublicSignals = Readonly<Record<(typeof PUBLIC_SIGNALS)[number], bigint>>;

/** The signals as the list of canonical decimal strings that proofs are verified with. */
export const signalList = (signals: PublicSignals): string[] =>
  PUBLIC_SIGNALS.map((name) => signals[name].toString());
