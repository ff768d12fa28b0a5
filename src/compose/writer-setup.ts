import { KeyObject } from 'node:crypto'
import { MessagePort } from 'node:worker_threads'
import { z } from 'zod'
import { compartmentId } from '#model/brands.ts'

/** What the writer's thread is given: the installation compartment's key and no other (design.md 1, joint 9). The key travels as a KeyObject. */
export const writerSetup = z.object({
  port: z.instanceof(MessagePort),
  path: z.string(),
  node: z.int(),
  installation: z.string().transform(compartmentId),
  term: z.int(),
  key: z.custom<KeyObject>(value => value instanceof KeyObject),
  reserveBytes: z.int().optional(),
})

export type WriterSetup = z.input<typeof writerSetup>
