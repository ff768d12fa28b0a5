// Members that the service's requests have in common, by the bounds of its model (aws-kms.md 1.5).
import type { KeyTags } from '#domain/account-keys/key-tags.ts'
import { integer, list, optional, structure, text } from '#protocols/aws/schemas.ts'

export const keyId = text({ min: 1, max: 2048 })
export const description = text({ max: 8192 })
/** The longest policy with every letter of it escaped once, and what comes with it. */
export const policyBodyBytes = 512 * 1024
export const policyText = text({ min: 1, max: 131_072, pattern: String.raw`[\u0009\u000A\u000D\u0020-\u00FF]+` })

export const policyName = text({ min: 1, max: 128, pattern: String.raw`[\w]+` })
export const aliasName = text({ min: 1, max: 256, pattern: '^[a-zA-Z0-9:/_-]+$' })

const tagKey = text({ min: 1, max: 128 })
export const tags = list(structure({ TagKey: tagKey, TagValue: text({ max: 256 }) }))
export const tagKeys = list(tagKey)

interface TagOnTheWire {
  readonly TagKey: string
  readonly TagValue: string
}
export const keyTags = (given: readonly TagOnTheWire[] = []): KeyTags =>
  given.map(({ TagKey, TagValue }) => ({ key: TagKey, value: TagValue }))

export const materialId = text({ min: 64, max: 64, pattern: '^[a-f0-9]+$' })
export const regionName = text({ min: 1, max: 32, pattern: String.raw`^([a-z]+-){2,3}\d+$` })

export const grantTokens = optional(list(text({ min: 1, max: 8192 }), { max: 10 }))

/** `Limit` and `Marker` of a list. */
export const paged = {
  Limit: optional(integer({ min: 1, max: 1000 })),
  Marker: optional(text({ min: 1, max: 1024, pattern: String.raw`[\u0020-\u00FF]*` })),
}
