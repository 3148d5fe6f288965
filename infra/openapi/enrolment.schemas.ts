import * as z from 'zod';
import { enrolmentBody } from '../../functions/decisions/enrol.ts';

const moment = z.iso.datetime();

const EnrolledWallet = z.object({
  id: z.string(),
  format: z.string().describe('Of the credential by which it proved itself'),
  enrolledAt: moment,
  enrolledBy: z.enum(['session', 'operator']),
  retiredAt: moment.exactOptional().describe('Since when it no longer counts'),
});

/** What apps and operators send and are told of enrolled wallets. */
export const ENROLMENT_SCHEMAS = {
  NewEnrolment: enrolmentBody,
  EnrolledWallet,
  EnrolledWallets: z.object({ wallets: z.array(EnrolledWallet) }),
};
