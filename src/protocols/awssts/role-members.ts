import type { RoleRequest } from '#domain/sessions/role-request.ts'
import type { AssumedRole } from '#domain/sessions/assume-role.ts'
import { integer, list, optional, structure, tagKey, tagValue, text } from '#protocols/aws/schemas.ts'
import { credentialsOf } from './credentials.ts'

const sessionCharacters = /^[\w+=,.@-]*$/
const arn = text({ min: 20, max: 2_048, pattern: /^[\t\n\r\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD]+$/ })

export const tagMembers = { Tags: optional(list(structure({ Key: tagKey, Value: tagValue }), { max: 50 })) }

/** Documents that narrow a session. */
export const narrowingMembers = {
  PolicyArns: optional(list(structure({ arn: optional(arn) }), { max: 10 })),
  Policy: optional(text({ min: 1, max: 2_048, pattern: /^[\t\n\r\u0020-\u00FF]+$/ })),
}

/** Members that every request for a role has. */
export const roleMembers = {
  RoleArn: arn,
  RoleSessionName: text({ min: 2, max: 64, pattern: sessionCharacters }),
  ...narrowingMembers,
  DurationSeconds: optional(integer({ min: 900, max: 43_200 })),
}

/** Members of those that are signed. */
export const signedRoleMembers = {
  ...roleMembers,
  ...tagMembers,
  TransitiveTagKeys: optional(list(tagKey, { max: 50 })),
  ExternalId: optional(text({ min: 2, max: 1_224, pattern: /^[\w+=,.@:/-]*$/ })),
  SerialNumber: optional(text({ min: 9, max: 256, pattern: /^[\w+=/:,.@-]*$/ })),
  TokenCode: optional(text({ min: 6, max: 6, pattern: /^\d*$/, secret: true })),
  SourceIdentity: optional(text({ min: 2, max: 64, pattern: sessionCharacters })),
}

const secondsDefault = 3_600

interface Asked {
  readonly RoleArn: string
  readonly RoleSessionName: string
  readonly PolicyArns?: readonly { readonly arn?: string | undefined }[] | undefined
  readonly Policy?: string | undefined
  readonly DurationSeconds?: number | undefined
}

/** The request in the domain's words; tags and identities are for those whose requests have them. */
export const roleRequest = ({ RoleArn, RoleSessionName, PolicyArns = [], Policy, DurationSeconds }: Asked): RoleRequest => ({
  roleArn: RoleArn,
  sessionName: RoleSessionName,
  durationSeconds: DurationSeconds ?? secondsDefault,
  policy: Policy,
  policyArns: PolicyArns.flatMap(one => one.arn ?? []),
  tags: [],
  transitiveTagKeys: [],
})

/** Members that every answer has. */
export const assumedMembers = ({ given, assumedRoleId, arn, packedPercent, sourceIdentity }: AssumedRole, hasPolicies: boolean) => ({
  Credentials: credentialsOf(given),
  AssumedRoleUser: { AssumedRoleId: assumedRoleId, Arn: arn },
  PackedPolicySize: hasPolicies ? packedPercent : undefined,
  SourceIdentity: sourceIdentity,
})
