import { z } from 'zod'
import { family } from '#domain/records/family.ts'

const time = z.number().int()
/** Number of the last row seen, by node. */
const position = z.record(z.string().regex(/^\d{1,9}$/), z.number().int())

const alarmSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  /** Names of operations, as rows or trails have them; empty: all. */
  events: z.array(z.string()),
  /** Any of these must be what the call was about; empty: whatever it was. */
  resources: z.array(z.string()),
  /** Whoever may: ARNs or ids of principals that do not ring it. */
  exceptPrincipals: z.array(z.string()),
  /** Rings only for refusals, and when more than so many came within the time. */
  denied: z.object({ moreThan: z.number().int().min(0), withinSeconds: z.number().int().positive() }).optional(),
  /** The secret that messages are signed with is its material. `ca`: PEM, trusted instead of the public authorities. */
  webhook: z.object({ url: z.string(), ca: z.string().optional() }).optional(),
  createdAt: time,
  /** By the way it goes (`webhook`, `syslog`): up to where all was told. */
  positions: z.record(z.string(), position),
  lastRungAt: time.optional(),
})
export type Alarm = z.output<typeof alarmSchema>

/** In the installation's compartment; path: name. */
export const alarms = family<Alarm, readonly [name: string]>({
  name: 'alarms',
  schema: alarmSchema,
  format: 1,
  residency: 'resident',
  ruling: false,
  collection: () => [],
})

/** Its place of material. */
export const secretVersion = '00000000000000000000000000000001'
