import { z } from 'zod'
import { Problem } from '#model/problem.ts'
import { advancedFilter, type AdvancedFilter } from '#domain/events/advanced-filters.ts'
import { eventTypes } from '#domain/events/event-types.ts'
import { deliverySchemas } from '#domain/events/records.ts'
import type { EventSubscriptionChange } from '#domain/events/set-subscription.ts'
import { maybe } from './bodies.ts'

const text = (most: number) => maybe(z.string('must be a string').max(most, `has at most ${most} characters`))
const whole = (least: number, most: number) =>
  maybe(z.int('must be a whole number').min(least, `is at least ${least}`).max(most, `is at most ${most}`))
/** `""` is as good as absent: Terraform sends it. */
const orEmpty = <S extends z.ZodType>(schema: S) =>
  maybe(
    z
      .literal('')
      .transform(() => undefined)
      .or(schema),
  )
/** Members that are understood and cannot be served: whatever is in them is refused by name. */
const unserved = orEmpty(z.json())

const destination = z.object({
  endpointType: z.string('must be a string'),
  properties: maybe(
    z.object({
      endpointUrl: text(2_048),
      maxEventsPerBatch: whole(1, 5_000),
      preferredBatchSizeInKilobytes: whole(1, 1_024),
      azureActiveDirectoryTenantId: unserved,
      azureActiveDirectoryApplicationIdOrUri: unserved,
      deliveryAttributeMappings: maybe(z.array(z.json())),
    }),
  ),
})

const filter = z.object({
  includedEventTypes: maybe(z.array(z.string('must be a string')).max(100, 'has at most 100 entries')),
  subjectBeginsWith: text(1_024),
  subjectEndsWith: text(1_024),
  isSubjectCaseSensitive: maybe(z.boolean('must be true or false')),
  enableAdvancedFilteringOnArrays: maybe(z.boolean('must be true or false')),
  advancedFilters: maybe(z.array(advancedFilter)),
})

const settings = {
  destination: maybe(destination),
  deliveryWithResourceIdentity: unserved,
  filter: maybe(filter),
  labels: maybe(z.array(z.string('must be a string').max(128, 'has at most 128 characters')).max(100, 'has at most 100 entries')),
  expirationTimeUtc: orEmpty(z.iso.datetime({ offset: true, error: 'must be a time' })),
  eventDeliverySchema: maybe(z.string('must be a string')),
  retryPolicy: maybe(z.object({ maxDeliveryAttempts: whole(1, 30), eventTimeToLiveInMinutes: whole(1, 1_440) })),
  deadLetterDestination: unserved,
  deadLetterWithResourceIdentity: unserved,
}

type Said = z.output<z.ZodObject<typeof settings>>

/** PUT: the whole of it below `properties`. */
export const eventSubscriptionBody = z
  .object({ properties: z.object(settings) }, 'the body must be a JSON object')
  .transform(({ properties }) => changeOf(properties))

/** PATCH: the members themselves, without `properties` around them. */
export const eventSubscriptionPatch = z.object(settings, 'the body must be a JSON object').transform(changeOf)

function refuse(message: string): never {
  throw new Problem({
    code: 'ArmRefused',
    details: { status: 400, code: 'InvalidRequest', message: `Invalid event subscription request: ${message}` },
  })
}

function changeOf(said: Said): EventSubscriptionChange {
  for (const name of ['deliveryWithResourceIdentity', 'deadLetterDestination', 'deadLetterWithResourceIdentity'] as const)
    if (said[name] !== undefined) refuse(`${name} is not supported here.`)
  const { destination: to, filter: by, expirationTimeUtc: until, retryPolicy } = said
  return {
    ...(to !== undefined && receiverOf(to)),
    filter: by === undefined ? undefined : filterOf(by),
    labels: said.labels,
    expiresAt: until === undefined ? undefined : Temporal.Instant.from(until).epochMilliseconds,
    deliverySchema: said.eventDeliverySchema === undefined ? undefined : schemaOf(said.eventDeliverySchema),
    maxDeliveryAttempts: retryPolicy?.maxDeliveryAttempts,
    timeToLiveMinutes: retryPolicy?.eventTimeToLiveInMinutes,
  }
}

function receiverOf({ endpointType, properties }: z.output<typeof destination>) {
  if (endpointType.toLowerCase() !== 'webhook')
    refuse(`The endpoint type '${endpointType.slice(0, 64)}' is not supported here: WebHook is.`)
  refuseUnserved(properties)
  const { endpointUrl, maxEventsPerBatch, preferredBatchSizeInKilobytes } = properties ?? {}
  if (endpointUrl !== undefined && !isHttpsUrl(endpointUrl))
    refuse('Supplied URL is invalid. It cannot be null or empty and should be a proper HTTPS URL like https://www.example.com.')
  return { endpointUrl, maxEventsPerBatch, preferredBatchKilobytes: preferredBatchSizeInKilobytes }
}

function refuseUnserved(said: z.output<typeof destination>['properties']): void {
  for (const name of ['azureActiveDirectoryTenantId', 'azureActiveDirectoryApplicationIdOrUri'] as const)
    if (said?.[name] !== undefined) refuse(`${name} is not supported here.`)
  if ((said?.deliveryAttributeMappings ?? []).length > 0) refuse('deliveryAttributeMappings are not supported here.')
}

function isHttpsUrl(text: string): boolean {
  const url = URL.parse(text)
  return url?.protocol === 'https:' && url.username === '' && url.password === '' && url.hash === ''
}

function filterOf(by: z.output<typeof filter>): EventSubscriptionChange['filter'] {
  refuseTooMany(by.advancedFilters ?? [])
  return {
    eventTypes: by.includedEventTypes === undefined ? [...eventTypes] : typesOf(by.includedEventTypes),
    subjectBeginsWith: by.subjectBeginsWith ?? '',
    subjectEndsWith: by.subjectEndsWith ?? '',
    caseSensitive: by.isSubjectCaseSensitive ?? false,
    ...(by.enableAdvancedFilteringOnArrays !== undefined && { onArrays: by.enableAdvancedFilteringOnArrays }),
    ...(by.advancedFilters !== undefined && { advanced: by.advancedFilters }),
  }
}

/** The service's limits, of filters and of the values of all of them. */
const filtersMax = 25

function refuseTooMany(filters: readonly AdvancedFilter[]): void {
  const values = filters.reduce((sum, one) => sum + ('values' in one ? one.values.length : 1), 0)
  if (filters.length > filtersMax || values > filtersMax)
    refuse(`An event subscription has at most ${filtersMax} advanced filters, and ${filtersMax} values across all of them.`)
}

/** As the list of all spells them; `All`, or none, are all of them. */
function typesOf(asked: readonly string[]): string[] {
  if (asked.length === 0 || asked.some(type => type.toLowerCase() === 'all')) return [...eventTypes]
  return asked.map(
    type =>
      eventTypes.find(one => one.toLowerCase() === type.toLowerCase()) ??
      refuse(`The event type '${type.slice(0, 128)}' is not one of Microsoft.KeyVault.vaults.`),
  )
}

const schemaOf = (asked: string) =>
  deliverySchemas.find(one => one.toLowerCase() === asked.toLowerCase()) ??
  refuse(`The event delivery schema '${asked.slice(0, 64)}' is not supported here: ${deliverySchemas.join(' and ')} are.`)
