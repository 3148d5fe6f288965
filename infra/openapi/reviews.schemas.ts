import * as z from 'zod';
import {
  actionBody,
  answerBody,
  disputeBody,
  feedbackBody,
  linkBody,
} from '../../functions/reviews/bodies.ts';
import { VERDICTS } from '../../functions/reviews/case.ts';
import type { DisputeView } from '../../functions/reviews/disputes.ts';
import type { Label as LabelTold } from '../../functions/reviews/labels.ts';
import type { Rebuilt } from '../../functions/reviews/rebuild-subject.ts';
import type { listed, viewOf } from '../../functions/reviews/review-view.ts';
import { decisionSchema } from '../event-schemas.ts';

const moment = z.iso.datetime();
const verdict = z.enum(VERDICTS);
const resolved = z.enum(['allow', 'deny']);
const speaker = z.enum(['person', 'app', 'reviewer']);

const ReviewSummary = z.object({
  id: z.string(),
  kind: z
    .enum(['review', 'dispute'])
    .describe('review: policy asked for it; dispute: its subject contests it'),
  state: z.enum(['open', 'claimed', 'awaiting_approval', 'resolved', 'expired']),
  eventId: z.string(),
  subject: z.string().describe('Keyed pseudonym'),
  score: z.number(),
  level: z.string(),
  reasons: z.array(z.string()).describe('Codes of the strongest reasons'),
  openedAt: moment,
  deadline: moment.describe('A review that nobody decided by then is denied; a dispute is overdue'),
  escalated: z.boolean(),
  overdue: z.boolean().exactOptional(),
  claimedBy: z.string().exactOptional(),
}) satisfies z.ZodType<ReturnType<typeof listed>>;

const baseline = z
  .object({
    maturity: z.enum(['none', 'learning', 'established']),
    events: z.number(),
    weight: z.number().describe('Events that count, after what time took'),
    values: z.array(
      z.object({
        property: z.string(),
        value: z.string().describe('Keyed pseudonym, or a prefix, country and the like'),
        share: z.number().describe('Of all weight, 0 to 1'),
        days: z.number().describe('On how many days it was seen'),
        waitingDays: z.number().describe('On how many days it was seen and not yet trusted'),
      }),
    ),
  })
  .describe("What of the subject's baseline this event touches");

const Review = ReviewSummary.extend({
  statement: z.string().exactOptional().describe('What the person said, where it is a dispute'),
  comments: z.array(z.object({ by: z.string(), time: moment, text: z.string() })),
  proposal: z
    .object({ outcome: resolved, verdict, by: z.string() })
    .exactOptional()
    .describe('What one reviewer wants and others have to approve'),
  approvals: z.array(z.string()),
  resolution: z
    .object({
      by: z.enum(['review', 'dispute', 'expiry']),
      outcome: resolved,
      verdict: verdict.exactOptional(),
      time: moment,
    })
    .exactOptional(),
  decision: decisionSchema.exactOptional(),
  asked: z.record(z.string(), z.unknown()).exactOptional().describe('What policy was asked'),
  baseline: z
    .object({
      atDecision: decisionSchema.shape.baseline,
      now: baseline,
      ifSafe: baseline,
      ifCompromised: baseline,
    })
    .exactOptional(),
  feedback: z.array(
    z.object({
      verdict,
      by: speaker,
      time: moment,
      comment: z.string().exactOptional(),
      withdrawn: z.boolean(),
    }),
  ),
  events: z
    .array(
      z.object({
        eventId: z.string(),
        time: moment,
        score: z.number(),
        level: z.string(),
        outcome: decisionSchema.shape.outcome,
        reasons: z.array(z.string()).describe('Codes of what raised the score most'),
      }),
    )
    .describe("The subject's other events, newest first: at most 20, of four weeks"),
  related: z.array(z.record(z.string(), z.unknown())).describe('What else was said of the subject'),
});

/** What the schema says is there, is: names of members that the view lacks would be an error here. */
type Viewed = Awaited<ReturnType<typeof viewOf>>;
type Undescribed = Exclude<keyof Viewed, keyof z.infer<typeof Review>>;
const _everyMemberIsDescribed: Undescribed extends never ? true : false = true;
void _everyMemberIsDescribed;

const Label = z
  .object({
    id: z.string().describe('Changes when the example does'),
    time: moment,
    subject: z.string().describe('Pseudonym, so that examples can be divided by people'),
    label: z.union([z.literal(0), z.literal(1)]).describe("1: not the account's owner; 0: the owner"),
    by: speaker,
    model: decisionSchema.shape.model,
    score: z.number(),
    features: z
      .record(z.string(), z.number().nullable())
      .describe("Each of the model's inputs by its name, null where nothing was known"),
  })
  .describe('One example to train from') satisfies z.ZodType<LabelTold>;

const Dispute = z.object({
  reference: z
    .string()
    .describe('Signed; under this the dispute is read. What is before the point is the id of its review'),
  status: z.enum(['open', 'overdue', 'upheld', 'overturned']),
  respondBy: moment.describe('A person decides by then'),
  decision: z.string().describe('What was decided, in words'),
  reasons: z.array(z.string()).describe('Why, in words, the strongest first'),
}) satisfies z.ZodType<DisputeView>;

const next = z.string().exactOptional().describe('For `after`; absent on the last page');

const SubjectRebuilt = z
  .object({
    subject: z.string().describe('Keyed pseudonym'),
    decisions: z.int().describe('How many were read'),
    leftOut: z.int().describe('How many of them were not the subject, as people said'),
    baseline: z.object({ events: z.int(), days: z.int(), maturity: z.string() }),
  })
  .describe('A baseline that was built anew') satisfies z.ZodType<Rebuilt>;

const SubjectExport = z
  .object({
    subject: z.string().describe('Keyed pseudonym'),
    baseline: z.record(z.string(), z.unknown()).exactOptional().describe('What is usual for the subject'),
    decisions: z.array(decisionSchema.loose()).describe('Every decision, and what policy was asked'),
    sessions: z.array(z.unknown()).describe('Sessions that are followed'),
    wallets: z.array(z.record(z.string(), z.unknown())).describe('Wallets that are or were enrolled'),
    records: z.array(z.unknown()).describe('What was said of them'),
  })
  .describe('All that is kept about a subject');

/** What people say of decisions, and are told. */
export const REVIEW_SCHEMAS = {
  Feedback: feedbackBody,
  FeedbackGiven: z.object({ feedbackId: z.string() }),
  NewFeedbackLink: linkBody,
  FeedbackLink: z.object({ url: z.url(), expiresAt: moment }),
  FeedbackAnswer: answerBody,
  ReviewSummary,
  ReviewList: z.object({ reviews: z.array(ReviewSummary), next }),
  Review,
  ReviewAction: actionBody,
  Label,
  LabelList: z.object({ labels: z.array(Label), next }),
  NewDispute: disputeBody,
  Dispute,
  SubjectExport,
  SubjectRebuilt,
  SubjectErased: z.object({
    decisions: z.number().describe('How many went'),
    records: z.number().describe('How many went, wallets among them'),
  }),
};
