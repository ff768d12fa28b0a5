import { objectIn, textIn } from '#protocols/http/testing.ts'
import { awsKmsProtocol } from '#protocols/awskms/index.ts'
import { domain } from './house.ts'
import { cryptographicRequests } from './kms-crypto-requests.ts'
import { custodyRequests } from './kms-custody-requests.ts'
import { region, type Kept, type SignedWire } from './signed.ts'

const key = (kept: Kept) => ({ KeyId: kept.get('key') })

/** One good request an operation, in an order in which each is good. */
export const kmsWire: SignedWire = {
  protocol: awsKmsProtocol(domain),
  service: 'kms',
  host: `kms.${region}.${domain}`,
  target: 'TrentService',
  good: [
    {
      operation: 'CreateKey',
      body: () => ({}),
      keep: ({ json }, kept) => kept.set('key', textIn(objectIn(json['KeyMetadata'])['KeyId'])),
    },
    { operation: 'DescribeKey', body: key },
    { operation: 'GetKeyLastUsage', body: key },
    { operation: 'ListKeys', body: () => ({}) },
    { operation: 'UpdateKeyDescription', body: kept => ({ ...key(kept), Description: 'described' }) },
    { operation: 'TagResource', body: kept => ({ ...key(kept), Tags: [{ TagKey: 'a', TagValue: 'b' }] }) },
    { operation: 'ListResourceTags', body: key },
    { operation: 'UntagResource', body: kept => ({ ...key(kept), TagKeys: ['a'] }) },
    { operation: 'GetKeyPolicy', body: key, keep: ({ json }, kept) => kept.set('policy', textIn(json['Policy'])) },
    { operation: 'PutKeyPolicy', body: kept => ({ ...key(kept), Policy: kept.get('policy') }) },
    { operation: 'ListKeyPolicies', body: key },
    { operation: 'CreateAlias', body: kept => ({ AliasName: 'alias/good', TargetKeyId: kept.get('key') }) },
    { operation: 'UpdateAlias', body: kept => ({ AliasName: 'alias/good', TargetKeyId: kept.get('key') }) },
    { operation: 'ListAliases', body: () => ({}) },
    { operation: 'DeleteAlias', body: () => ({ AliasName: 'alias/good' }) },
    { operation: 'EnableKeyRotation', body: key },
    { operation: 'GetKeyRotationStatus', body: key },
    { operation: 'RotateKeyOnDemand', body: key },
    { operation: 'ListKeyRotations', body: key },
    { operation: 'DisableKeyRotation', body: key },
    { operation: 'DisableKey', body: key },
    { operation: 'EnableKey', body: key },
    { operation: 'ScheduleKeyDeletion', body: kept => ({ ...key(kept), PendingWindowInDays: 7 }) },
    { operation: 'CancelKeyDeletion', body: key },
    ...cryptographicRequests,
    ...custodyRequests,
  ],
}
