import { z } from 'zod'
import { guid } from './values.ts'

/** Operations on one object: `…/{id}`. An id that is no GUID names nothing. */
export const addressed = z.object({ id: guid })
export const noQuery = z.object({})
/** Operations on one user: `…/{idOrName}`, an object id or a principal name. */
export const named = z.object({ idOrName: z.string().max(256, 'longer than 256 characters') })

/** Whatever can be in groups: `/{objects}/{id}/…`. */
export const inSet = z.object({ objects: z.string(), id: named.shape.idOrName })

/** Members of one noun alone, by OData's cast segment: `…/microsoft.graph.user`. */
export const cast = z
  .string()
  .regex(/^microsoft\.graph\.(?:user|group|servicePrincipal)$/i, 'not a type that is here')
  .transform(text => text.slice('microsoft.graph.'.length).toLowerCase())
  .optional()

const referencePath =
  /^(?:https:\/\/[^/]+\/|\/)?(?:(?:v1\.0|beta)\/)?(?:[\w-]+\/)?(?:directoryObjects|users|groups|servicePrincipals)(?:\/|\(')([0-9a-f-]{36})(?:'\))?$/i

/** `@odata.id`: the object that a link names; nothing is fetched from it. */
export const reference = z.string('not a link').transform((text, context) => {
  const id = guid.safeParse(referencePath.exec(text)?.[1])
  if (id.success) return id.data.toLowerCase()
  context.addIssue({ code: 'custom', message: 'no link to an object of the directory' })
  return z.NEVER
})
/** So many at once, as the service takes them. */
export const bound = z.array(reference).max(20, 'more than 20 references')
export const referenceBody = z.strictObject({ '@odata.id': reference })
