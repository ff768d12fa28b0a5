import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { keyArn, parseKeyArn } from '#domain/account-keys/key-arn.ts'
import { parseKeyUrl } from '#domain/disks/key-url.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import type { FindingVolumes } from '#domain/volumes/find-volume.ts'
import { volumesIn } from '#domain/volumes/list-volumes.ts'

/** What would feel it if a key were gone. */
export interface Dependent {
  /** Name of the key, as an inventory has it. */
  readonly key: string
  readonly kind: 'diskEncryptionSet' | 'volume' | 'bucket' | 'trail'
  /** ARM id or ARN, or a bucket's name. */
  readonly id: string
  /** The version that it hangs on, where it names one. */
  readonly version?: string
}

type DependentNeeds = FindingVolumes & Needs<'diskEncryptionSets' | 'buckets' | 'trails' | 'vaults'>

/** Everything whose bytes are under a key of a customer, by the key. Of volumes, what a key has wrapped; of buckets, what they encrypt with by default. */
export async function dependents(context: DependentNeeds, call: Call, permit: Permit<'instance.read'>): Promise<readonly Dependent[]> {
  assertPermits(permit, rootScope)
  const found = [...ofSets(context), ...ofBuckets(context), ...ofTrails(context)]
  for (const { value } of context.accountRegions.peek())
    for await (const { value: volume } of volumesIn(context, call, { ...value, after: 0 }))
      if (volume.key !== undefined) found.push({ key: volume.key.arn, kind: 'volume', id: volume.id })
  return found
}

function ofSets({ diskEncryptionSets, vaults, instance }: DependentNeeds): Dependent[] {
  const names = new Map(vaults.peek().map(({ value }) => [value.name.toLowerCase(), value.name]))
  return diskEncryptionSets.peek().flatMap(({ value: { id, activeKey, previousKeys } }) =>
    [activeKey, ...previousKeys].flatMap(({ keyUrl }): Dependent[] => {
      const url = parseKeyUrl(keyUrl, instance.domain)
      if (url === undefined) return []
      const vault = names.get(url.vault.toLowerCase()) ?? url.vault
      return [{ key: `${vault}/${url.name}`, kind: 'diskEncryptionSet', id, version: url.version }]
    }),
  )
}

const ofBuckets = ({ buckets }: DependentNeeds): Dependent[] =>
  buckets.peek().flatMap(({ value: { name, accountId, region, encryption } }): Dependent[] => {
    if (encryption.method !== 'accountKey' || encryption.keyId === undefined) return []
    const { keyId } = encryption
    const named = parseKeyArn(keyId)
    // An alias says a name, and not yet which key.
    if (keyId.includes('alias/') || (named === undefined && keyId.startsWith('arn:'))) return []
    return [{ key: named === undefined ? keyArn({ accountId, region, id: keyId }) : keyId, kind: 'bucket', id: name }]
  })

const ofTrails = ({ trails }: DependentNeeds): Dependent[] =>
  trails.peek().flatMap(({ value: { name, keyArn: key } }): Dependent[] => (key === undefined ? [] : [{ key, kind: 'trail', id: name }]))
