import { z } from 'zod'
import { millis } from '#model/brands.ts'
import { groupSchema } from '#domain/groups/records.ts'
import { applicationSchema, principalSchema, userSchema } from '#domain/identity/records.ts'
import { family } from '#domain/records/family.ts'

/** How long what was deleted can be had back. */
export const keptDeletedMs = 30 * 86_400_000

const deletedObject = z.object({
  tenantId: z.string(),
  deletedAt: z.number().int(),
  object: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('user'), value: userSchema }),
    z.object({ kind: z.literal('group'), value: groupSchema }),
    z.object({ kind: z.literal('application'), value: applicationSchema }),
    /** `with`: object id of the application that it was deleted with. */
    z.object({ kind: z.literal('servicePrincipal'), value: principalSchema, with: z.string().optional() }),
  ]),
})
export type DeletedObject = z.output<typeof deletedObject>
export type DeletedKind = DeletedObject['object']['kind']

/** In the tenant's compartment; path: the object's own id. Its material: a user's stretched password. Due when it goes for good. */
export const deletedObjects = family<DeletedObject, readonly [id: string]>({
  name: 'deletedObjects',
  schema: deletedObject,
  format: 1,
  residency: 'resident',
  ruling: true,
  dueAt: value => millis(value.deletedAt + keptDeletedMs),
})
