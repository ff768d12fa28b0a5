import { z } from 'zod'

/** A workload outside that may act as an application or a managed identity: who vouches for it, and what he calls it (identity-and-arm.md 1.4). */
export const federatedCredential = z.object({
  id: z.string(),
  /** How it is addressed; never changed. */
  name: z.string(),
  /** Compared to the letter, a slash at the end included. */
  issuer: z.string(),
  subject: z.string(),
  audiences: z.array(z.string()),
  description: z.string().optional(),
  /** One more at each change: tokens name the one that they were given for, and count no more after it. */
  revision: z.number().int(),
})
export type FederatedCredential = z.output<typeof federatedCredential>

/** As a token names it. */
export const grantOf = ({ id, revision }: FederatedCredential): string => `${id}.${revision}`
