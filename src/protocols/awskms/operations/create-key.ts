import { Problem } from '#model/problem.ts'
import { namesOf } from '#model/names.ts'
import { noteTrailResource } from '#domain/audit/trail-facts.ts'
import { ensureMultiRegionRole } from '#domain/accounts/linked-roles.ts'
import { createAccountKey, usageFor } from '#domain/account-keys/create-account-key.ts'
import { factsOf, keyFacts, requestFact, tagFacts } from '#domain/account-keys/key-facts.ts'
import { keyArn } from '#domain/account-keys/key-arn.ts'
import { assertKeyInStore } from '#domain/account-keys/stores/key-in-store.ts'
import { accountKeySpecs, accountKeyUsages, type AccountKeySpec } from '#domain/account-keys/specs.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { enumOf, flag, optional, structure, text } from '#protocols/aws/schemas.ts'
import { askedRegion } from '#protocols/awskms/asked-key.ts'
import { keyMetadata } from '#protocols/awskms/key-metadata.ts'
import { description, keyTags, policyBodyBytes, policyText, tags } from '#protocols/awskms/members.ts'

const specNames = [...namesOf(accountKeySpecs), 'SM2'] as const
/** The old member knows what there was while it was the only one. */
const oldSpecNames = specNames.filter(name => !/^(?:ML_|ECC_NIST_EDWARDS)/.test(name))

const origins = {
  AWS_KMS: 'generated',
  EXTERNAL: 'imported',
  AWS_CLOUDHSM: 'keyStore',
  EXTERNAL_KEY_STORE: 'externalKeyStore',
} as const

const members = structure({
  Policy: optional(policyText),
  Description: optional(description),
  KeyUsage: optional(enumOf(accountKeyUsages)),
  KeySpec: optional(enumOf(specNames)),
  CustomerMasterKeySpec: optional(enumOf(oldSpecNames)),
  Origin: optional(enumOf(namesOf(origins))),
  CustomKeyStoreId: optional(text({ min: 1, max: 64 })),
  XksKeyId: optional(text({ min: 1, max: 128, pattern: '^[a-zA-Z0-9-_.]+$' })),
  BypassPolicyLockoutSafetyCheck: optional(flag),
  Tags: optional(tags),
  MultiRegion: optional(flag),
})

export const createKeyOperation = awsOperation({
  name: 'CreateKey',
  permissions: ['accountKey.create', 'accountKey.tag'],
  body: { maximumBytes: policyBodyBytes, amzJson: members },
  trail: {
    parameters: [
      'policy',
      'description',
      'keyUsage',
      'keySpec',
      'customerMasterKeySpec',
      'origin',
      'customKeyStoreId',
      'xksKeyId',
      'bypassPolicyLockoutSafetyCheck',
      'tags',
      'multiRegion',
    ],
    answer: ['keyMetadata'],
    readOnly: false,
  },
  async handle(context, call, { site, permit, body }) {
    const { Origin: origin = 'AWS_KMS', MultiRegion: multiRegion = false, BypassPolicyLockoutSafetyCheck: bypass = false } = body
    const named = specOf(body)
    const usage = usageFor(named, body.KeyUsage)
    const given = keyTags(body.Tags)
    const described = {
      spec: named,
      usage,
      origin: origins[origin],
      region: site.region,
      tags: [],
      ...(multiRegion && { multiRegion: { primary: site.region, replicas: [] } }),
    }
    const facts = factsOf(
      keyFacts(described, { aliases: () => [] }),
      tagFacts(given),
      requestFact('kms:bypasspolicylockoutsafetycheck', bypass),
    )
    const asked = askedRegion(call, { site, permit, permission: 'accountKey.create', facts })
    if (given.length > 0) askedRegion(call, { site, permit, permission: 'accountKey.tag', facts })
    const placed = placedIn(described.origin, body)
    const stored = placed && (await assertKeyInStore(context, call, { ...asked, ...placed, spec: named, multiRegion }))
    if (multiRegion) await ensureMultiRegionRole(context, call)
    const key = await createAccountKey(context, call, {
      ...asked,
      ...stored,
      spec: named,
      usage,
      origin: described.origin,
      multiRegion,
      description: body.Description ?? '',
      policy: body.Policy,
      bypassLockout: bypass,
      tags: given,
    })
    noteTrailResource(call.trail, { account: key.value.accountId, arn: keyArn(key.value) })
    return amzJson({ KeyMetadata: await keyMetadata(context, call, key) })
  },
})

type NamedSpec = (typeof specNames)[number]

/** The old name of the member does as well, alone. */
function specOf({
  KeySpec,
  CustomerMasterKeySpec,
}: {
  readonly KeySpec?: NamedSpec
  readonly CustomerMasterKeySpec?: NamedSpec
}): AccountKeySpec {
  if (KeySpec !== undefined && CustomerMasterKeySpec !== undefined)
    throw invalid('You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.')
  const named = KeySpec ?? CustomerMasterKeySpec ?? 'SYMMETRIC_DEFAULT'
  if (named === 'SM2') throw unsupported('KeySpec SM2 is supported only in China Regions.')
  return named
}

interface StoreOnTheWire {
  readonly CustomKeyStoreId?: string
  readonly XksKeyId?: string
}

/** Of a key that is to stand in a store: which, and its name there. Raises `ValidationFailed` where another is told of a store. */
function placedIn(origin: (typeof origins)[keyof typeof origins], { CustomKeyStoreId: storeId, XksKeyId: externalKeyId }: StoreOnTheWire) {
  if (origin === 'keyStore' || origin === 'externalKeyStore') return { origin, storeId, externalKeyId }
  if ((storeId ?? externalKeyId) !== undefined) throw invalid('CustomKeyStoreId and XksKeyId are only for keys in custom key stores.')
  return undefined
}

const invalid = (message: string): Problem => new Problem({ code: 'ValidationFailed', details: { message } })
const unsupported = (message: string): Problem => new Problem({ code: 'KeyOperationUnsupported', details: { message } })
