import type { Decision } from './decision.ts';
import type { PolicyQuestion } from './policy.ts';
import { signalValues } from './signal-values.ts';

/**
 * What a decision was made from, kept beside it: enough to make it again, bit for bit, and to ask another policy
 * what it would have said. No identifier of a person is in it.
 */
export interface Basis {
  /** The model's input: float32, little-endian, base64; NaN where a signal could not be evaluated. */
  readonly features: string;
  /** Which policies were asked: {@link PolicyDecisionPoint.digest}. */
  readonly policy: string;
  readonly question: {
    readonly kind: PolicyQuestion['principal']['kind'];
    readonly roles: readonly string[];
    readonly application: string;
  } & Pick<PolicyQuestion['context'], 'attempt' | 'result' | 'factors' | 'detections' | 'sensitivity'> & {
      /** Absent where there was none. */
      readonly session?: true;
      readonly evidence?: readonly string[];
      readonly purpose?: string;
    };
}

/** The basis of a decision. */
export const basisOf = (features: Float32Array, question: PolicyQuestion, policy: string): Basis => {
  const { attempt, result, factors, detections, sensitivity, session, evidence, purpose } = question.context;
  return {
    features: Buffer.from(features.buffer, features.byteOffset, features.byteLength).toString('base64'),
    policy,
    question: {
      kind: question.principal.kind,
      roles: question.principal.roles,
      application: question.application.id,
      attempt,
      result,
      factors,
      detections,
      sensitivity,
      ...(session ? { session } : {}),
      ...(evidence.length > 0 ? { evidence } : {}),
      ...(purpose === undefined ? {} : { purpose }),
    },
  };
};

/** The recorded features, as the model takes them. */
export const featuresOf = ({ features }: Pick<Basis, 'features'>): Float32Array => {
  const bytes = Uint8Array.from(Buffer.from(features, 'base64'));
  return new Float32Array(bytes.buffer, 0, bytes.byteLength / Float32Array.BYTES_PER_ELEMENT);
};

/** The question that policy was asked when a decision was made. */
export const questionOf = (
  tenant: string,
  decision: Pick<Decision, 'subject' | 'score' | 'level' | 'baseline'>,
  { question, features }: Pick<Basis, 'question' | 'features'>,
): PolicyQuestion => {
  const { kind, roles, application, session, evidence, ...asked } = question;
  return {
    principal: { kind, id: decision.subject, roles },
    application: { id: application, tenant },
    context: {
      score: decision.score,
      level: decision.level,
      maturity: decision.baseline.maturity,
      ...asked,
      session: session ?? false,
      evidence: evidence ?? [],
      signals: signalValues(featuresOf({ features })),
    },
  };
};
