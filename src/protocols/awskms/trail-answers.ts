import type { JsonObject, JsonValue } from '#domain/audit/canonical-json.ts'
import type { ShownAnswer } from '#protocols/aws/trail.ts'

/**
 * These members of an answer, and the ARN of the key that was changed, which the trail has even where the operation answers nothing (AWS KMS
 * Developer Guide, "Examples of AWS KMS log entries": since December 2022).
 */
export const withKey =
  (...names: readonly string[]): ShownAnswer =>
  (answered, resources) => ({
    keyId: resources.find(({ arn }) => arn.split(':')[5]?.startsWith('key/') === true)?.arn,
    ...Object.fromEntries(names.map(name => [name, timed(name, answered[name])])),
  })

/** KeyMetadata as the trail has it: the account under the name that it has on the wire, times in words. */
export function shownMetadata(metadata: JsonValue | undefined): JsonObject {
  if (typeof metadata !== 'object' || metadata === null || isList(metadata)) return {}
  const { aWSAccountId, ...rest } = metadata
  return { AWSAccountId: aWSAccountId, ...Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, timed(name, value)])) }
}

const isList = (value: readonly JsonValue[] | JsonObject): value is readonly JsonValue[] => Array.isArray(value)
const times = new Set(['creationDate', 'deletionDate', 'validTo'])
const timed = (name: string, value: JsonValue | undefined): JsonValue | undefined =>
  times.has(name) && typeof value === 'number' ? trailTime(value * 1_000) : value

/** `Aug 10, 2022, 10:38:27 PM`, of milliseconds: as times stand inside what was asked and answered. */
export const trailTime = (ms: number): string =>
  Temporal.Instant.fromEpochMilliseconds(Math.trunc(ms))
    .toLocaleString('en-US', { timeZone: 'UTC', dateStyle: 'medium', timeStyle: 'medium' })
    // Newer tables of locales put a narrow space before AM and PM.
    .replaceAll('\u202F', ' ')
