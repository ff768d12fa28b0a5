import { Problem } from '#model/problem.ts'
import { originNames } from '#domain/account-keys/words.ts'
import type { AccountKey } from '#domain/account-keys/records.ts'
import type { JsonObject } from '#domain/audit/canonical-json.ts'
import { factsOf, keyFacts, requestFact, tagFacts } from '#domain/account-keys/key-facts.ts'
import { replicateKey } from '#domain/account-keys/regions/replicate-key.ts'
import { isRegion } from '#protocols/aws/addresses.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { flag, optional, structure } from '#protocols/aws/schemas.ts'
import { shownOf } from '#protocols/aws/trail.ts'
import type { Shaped } from '#protocols/aws/shape.ts'
import { askedKey, askedRegion } from '#protocols/awskms/asked-key.ts'
import { keyMetadata } from '#protocols/awskms/key-metadata.ts'
import { description, keyId, keyTags, policyBodyBytes, policyText, regionName, tags } from '#protocols/awskms/members.ts'

const members = structure({
  KeyId: keyId,
  ReplicaRegion: regionName,
  Policy: optional(policyText),
  BypassPolicyLockoutSafetyCheck: optional(flag),
  Description: optional(description),
  Tags: optional(tags),
})
type Asked = Shaped<typeof members>

export const replicateKeyOperation = awsOperation({
  name: 'ReplicateKey',
  permissions: ['accountKey.replicate', 'accountKey.create', 'accountKey.tag'],
  body: { maximumBytes: policyBodyBytes, amzJson: members },
  trail: {
    parameters: ['keyId', 'replicaRegion', 'policy', 'bypassPolicyLockoutSafetyCheck', 'description', 'tags'],
    answer: ['replicaKeyMetadata'],
    readOnly: false,
  },
  async handle(context, call, { site, permit, body }) {
    const { KeyId: id, ReplicaRegion: region, BypassPolicyLockoutSafetyCheck: bypass = false } = body
    const bypassing = requestFact('kms:bypasspolicylockoutsafetycheck', bypass)
    const facts = factsOf(requestFact('kms:replicaregion', region), bypassing)
    const asked = await askedKey(context, call, { site, permit, permission: 'accountKey.replicate', id, facts })
    if (!isRegion(region))
      throw new Problem({ code: 'KeyOperationUnsupported', details: { message: `The Region ${region} is not supported.` } })
    const given = keyTags(body.Tags)
    const there = { ...site, region }
    const described = { ...asked.key.value, region, tags: [] }
    const making = factsOf(keyFacts(described, { aliases: () => [] }), tagFacts(given), bypassing)
    const { permit: made } = askedRegion(call, { site: there, permit, permission: 'accountKey.create', facts: making })
    if (given.length > 0) askedRegion(call, { site: there, permit, permission: 'accountKey.tag', facts: making })
    const replica = await replicateKey(context, call, {
      ...asked,
      making: made,
      region,
      description: body.Description ?? '',
      policy: body.Policy,
      bypassLockout: bypass,
      tags: given,
      shown: makingOf(asked.key.value, body),
    })
    return amzJson({
      ReplicaKeyMetadata: await keyMetadata(context, call, replica),
      ReplicaPolicy: replica.value.policy,
      ReplicaTags: given.map(({ key, value }) => ({ TagKey: key, TagValue: value })),
    })
  },
})

/** The request that it amounts to in the other Region. */
function makingOf(
  { spec, usage, origin }: AccountKey,
  { Policy: policy, Description: text = '', BypassPolicyLockoutSafetyCheck: bypass = false, Tags: given }: Asked,
): JsonObject {
  const shown = { description: text, keySpec: spec, keyUsage: usage, origin: originNames[origin], multiRegion: true }
  return shownOf({ ...shown, policy, bypassPolicyLockoutSafetyCheck: bypass, tags: given })
}
