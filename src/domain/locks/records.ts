import { z } from 'zod'
import { scopeSchema } from '#domain/access/records.ts'
import { family } from '#domain/records/family.ts'

const lock = z.object({
  name: z.string(),
  /** What it stands on, in Azure's spelling. */
  scopeId: z.string(),
  scope: scopeSchema,
  level: z.enum(['CanNotDelete', 'ReadOnly']),
  notes: z.string().optional(),
  /** Applications, as whoever wrote it says: told again, and nothing more. */
  owners: z.array(z.string()),
  createdAt: z.number().int(),
  createdBy: z.string(),
})
export type Lock = z.output<typeof lock>

/** In the subscription's compartment; path: place and name, both in lower case. What it holds is held for the next request: a ruling. */
export const locks = family<Lock, readonly [place: string, name: string]>({
  name: 'locks',
  schema: lock,
  format: 1,
  residency: 'resident',
  ruling: true,
})
