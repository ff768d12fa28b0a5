import { z } from 'zod'
import { millis } from '#model/brands.ts'

const time = z.number().int().transform(millis)

/** What a session is: it travels with its holder, sealed, and is recorded nowhere (aws-kms.md 5). */
export const sessionSchema = z.object({
  accountId: z.string(),
  /** Whose rights it has: a role's, a user's, the root's of the account; or somebody's for whom a user, or the root, vouches. */
  of: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('role'), id: z.string(), name: z.string(), session: z.string() }),
    z.object({ kind: z.literal('user'), id: z.string(), name: z.string() }),
    z.object({ kind: z.literal('root') }),
    z.object({ kind: z.literal('federated'), name: z.string(), user: z.object({ id: z.string(), name: z.string() }).optional() }),
  ]),
  issuedAt: time,
  expiresAt: time,
  /** Texts of documents that narrow it; with ARNs of managed ones. */
  policies: z.array(z.string()),
  policyArns: z.array(z.string()),
  tags: z.record(z.string(), z.string()),
  transitiveTagKeys: z.array(z.string()),
  sourceIdentity: z.string().optional(),
  federatedProvider: z.string().optional(),
})
export type Session = z.output<typeof sessionSchema>
