import { z } from 'zod'
import { millis } from '#model/brands.ts'
import { family } from '#domain/records/family.ts'
import { authorship } from '#domain/resources/records.ts'
import { advancedFilter } from './advanced-filters.ts'

export const deliverySchemas = ['EventGridSchema', 'CloudEventSchemaV1_0'] as const

const eventSubscription = z.object({
  /** Of its deliveries: another one under the same name has another. */
  id: z.uuid(),
  name: z.string(),
  /** As ARM spells it. */
  vaultId: z.string(),
  /** Whole: what stands behind `?` may be a secret, and is shown by `getFullUrl` alone. */
  endpointUrl: z.string(),
  /** As they were asked for: one event is sent at a time, which is no more than any of them. */
  maxEventsPerBatch: z.number().int().optional(),
  preferredBatchKilobytes: z.number().int().optional(),
  filter: z.object({
    eventTypes: z.array(z.string()),
    subjectBeginsWith: z.string(),
    subjectEndsWith: z.string(),
    caseSensitive: z.boolean(),
    onArrays: z.boolean().optional(),
    /** All of them. */
    advanced: z.array(advancedFilter).optional(),
  }),
  labels: z.array(z.string()).optional(),
  /** No event is sent any more. Milliseconds. */
  expiresAt: z.number().int().optional(),
  /** Its receiver has not said yet that it wants it: whoever has the token says so in time. Nothing is sent before. Milliseconds. */
  pending: z.object({ token: z.string(), until: z.number().int() }).optional(),
  deliverySchema: z.enum(deliverySchemas),
  maxDeliveryAttempts: z.number().int(),
  timeToLiveMinutes: z.number().int(),
  ...authorship,
})
export type EventSubscription = z.output<typeof eventSubscription>

/** In the subscription's compartment; path: ARM id of the vault and name, both in lower case. */
export const eventSubscriptions = family<EventSubscription, readonly [vaultId: string, name: string]>({
  name: 'eventSubscriptions',
  schema: eventSubscription,
  format: 1,
  residency: 'resident',
  ruling: false,
})

const vaultEvent = z.object({
  id: z.string(),
  topic: z.string(),
  subject: z.string(),
  eventType: z.string(),
  eventTime: z.string(),
  data: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
  dataVersion: z.string(),
  metadataVersion: z.string(),
})

const eventDelivery = z.object({
  event: vaultEvent,
  /** Tries that failed. */
  attempts: z.number().int(),
  /** Not before. Milliseconds. */
  nextAt: z.number().int().optional(),
  /** It is given up then. */
  expiresAt: z.number().int(),
})
export type EventDelivery = z.output<typeof eventDelivery>

/** One event on its way to one subscription. In the vault's compartment, with which it is shredded; path: ids of the subscription and of the event; listed by subscription. */
export const eventDeliveries = family<EventDelivery, readonly [subscription: string, event: string]>({
  name: 'eventDeliveries',
  schema: eventDelivery,
  format: 1,
  residency: 'cached',
  ruling: false,
  collection: ([subscription]) => [subscription],
  dueAt: ({ expiresAt }) => millis(expiresAt),
})
