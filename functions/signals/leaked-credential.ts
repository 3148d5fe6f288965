import type { SignalDefinition } from './signal.ts';

/** What suppliers call such evidence, without separators and in lower case. */
const NAMES: ReadonlySet<string> = new Set([
  'leakedcredential',
  'leakedcredentials',
  'leakedpassword',
  'breachedpassword',
  'pwdleak',
]);

/** The password is known to have leaked. */
export const leakedCredential: SignalDefinition = {
  code: 'leakedCredential',
  title: 'Leaked credential',
  description:
    'Evidence brought by the application or the provider that the credential was found in a leak: its strength, 1 when it states none. Not evaluable when nobody looked; evidence with strength 0 means that somebody looked and found nothing.',
  unit: 'degree',
  range: [0, 1],
  alsoKnownAs: ['Entra leakedCredentials', 'Auth0 breached password detection'],
  evaluate({ event }) {
    let value = event.failureReason === 'leaked_credential' ? 1 : undefined;
    for (const { type, score } of event.evidence)
      if (type.length <= 32 && NAMES.has(type.toLowerCase().replaceAll(/[_-]/g, '')))
        value = Math.max(value ?? 0, score ?? 1);
    if (value === undefined) return { evaluated: false, why: 'no such evidence was supplied' };
    return {
      evaluated: true,
      value: Math.min(1, Math.max(0, value)),
      observed: value > 0 ? 'the credential was found in a leak' : 'the credential was found in no leak',
      usual: 'in no leak',
    };
  },
  texts: [
    { below: 0.01, text: 'Your password is not known to have leaked.' },
    { below: 0.5, text: 'Your password may have leaked elsewhere.' },
    { text: 'Your password is reported to have leaked elsewhere.' },
  ],
};
