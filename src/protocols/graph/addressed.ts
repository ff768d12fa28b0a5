import { z } from 'zod'
import { guid } from './shapes.ts'

/** Operations on one object: `…/{id}`. An id that is no GUID names nothing. */
export const addressed = z.object({ id: guid })
export const noQuery = z.object({})
/** Operations on one user: `…/{idOrName}`, an object id or a principal name. */
export const named = z.object({ idOrName: z.string().max(256, 'longer than 256 characters') })
