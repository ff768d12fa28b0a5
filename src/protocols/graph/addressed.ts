import { z } from 'zod'
import { guid } from './shapes.ts'

/** Operations on one object: `…/{id}`. An id that is no GUID names nothing. */
export const addressed = z.object({ id: guid })
export const noQuery = z.object({})
