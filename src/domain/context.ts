import type { AttestedMachines } from '#ports/attested-machines.ts'
import type { ByteMathematics } from '#ports/byte-mathematics.ts'
import type { CryptoModule } from '#ports/crypto-module.ts'
import type { DiskBytes } from '#ports/disk-bytes.ts'
import type { ExternalKeys } from '#ports/external-keys.ts'
import type { KeyedMathematics } from '#ports/keyed-mathematics.ts'
import type { TokenClusters } from '#ports/token-clusters.ts'
import type { Log } from '#ports/log.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import type { Outgoing } from '#ports/outgoing.ts'
import type { Pki } from '#ports/pki.ts'
import type { RecordStore } from '#ports/record-store.ts'
import { alarms } from './alarms/records.ts'
import { denyAssignments, roleAssignments, roleDefinitions } from './access/records.ts'
import type { Access } from './access/permit.ts'
import type { AuditPages, AuditTrail } from './audit/query.ts'
import type { AccountPolicyBook } from './access/rule-books/account-policies.ts'
import type { AzureRbac } from './access/rule-books/azure-rbac.ts'
import { certificateAuthorities, issuedCertificates } from './authority/records.ts'
import { certificateContacts, certificateIssuers, certificateOperations, certificates } from './certificates/records.ts'
import { diskEncryptionSets, disks } from './disks/records.ts'
import { appRoleAssignments } from './app-roles/records.ts'
import { permissionGrants } from './consent/records.ts'
import { deletedObjects } from './deleted-objects/records.ts'
import { eventDeliveries, eventSubscriptions } from './events/records.ts'
import { groups, memberships } from './groups/records.ts'
import {
  accountKeys,
  grantTallies,
  importParameters,
  keyAliases,
  keyGrants,
  keyStores,
  keyTallies,
  keyUses,
  type NotedKeyUse,
} from './account-keys/records.ts'
import {
  accessKeys,
  accountGroups,
  accountPolicies,
  accountRegions,
  accountRoles,
  accounts,
  accountUsers,
  credentialUses,
  identityProviders,
  instanceProfiles,
  type CredentialUse,
} from './accounts/records.ts'
import type { LatestUses } from './accounts/latest-uses.ts'
import type { DerivedKeys } from './accounts/derived-keys.ts'
import type { Identity } from './identity/identity.ts'
import { applications, revokedGrants, servicePrincipals, signingKeys, tenants, users } from './identity/records.ts'
import type { Instance } from './instance.ts'
import type { Throttle } from './account-keys/throttle.ts'
import { jobs } from './jobs/records.ts'
import { keys, releaseSigners } from './keys/records.ts'
import { locks } from './locks/records.ts'
import { virtualMachines } from './machines/records.ts'
import { networkInterfaces, privateEndpointConnections, privateEndpoints, virtualNetworks } from './networks/records.ts'
import type { BucketKeys } from './objects/bucket-keys.ts'
import type { ObjectNames } from './objects/names.ts'
import { buckets, objects, objectVersions, uploadParts, uploads } from './objects/records.ts'
import type { Ground } from './perform.ts'
import type { AnyFamily, Family } from './records/family.ts'
import { openRecords, type RecordNeeds, type Records } from './records/records.ts'
import { deletedVaults, names, resourceGroups, subscriptions, userAssignedIdentities, vaults } from './resources/records.ts'
import type { KnownSessions } from './sessions/known-sessions.ts'
import { trailKeys, trails } from './trails/records.ts'
import { snapshots, snapshotShares } from './volumes/snapshot-records.ts'
import { volumeAttachments, volumeDefaults, volumes } from './volumes/records.ts'
import { olderSecretVersions, secrets } from './secrets/records.ts'
import { authorizationCodes, deviceCodes, refreshTokens, signInSessions } from './sign-in/records.ts'

/** Every noun at rest. A new family is one line here. */
const families = {
  tenants,
  applications,
  servicePrincipals,
  signingKeys,
  users,
  groups,
  memberships,
  permissionGrants,
  appRoleAssignments,
  deletedObjects,
  subscriptions,
  resourceGroups,
  roleAssignments,
  roleDefinitions,
  denyAssignments,
  vaults,
  deletedVaults,
  names,
  userAssignedIdentities,
  keys,
  releaseSigners,
  secrets,
  olderSecretVersions,
  certificates,
  certificateOperations,
  certificateIssuers,
  certificateContacts,
  certificateAuthorities,
  issuedCertificates,
  diskEncryptionSets,
  disks,
  jobs,
  privateEndpoints,
  privateEndpointConnections,
  locks,
  authorizationCodes,
  deviceCodes,
  refreshTokens,
  signInSessions,
  revokedGrants,
  virtualNetworks,
  networkInterfaces,
  virtualMachines,
  accounts,
  accountRegions,
  accountUsers,
  accountGroups,
  accountRoles,
  accountPolicies,
  instanceProfiles,
  accessKeys,
  identityProviders,
  credentialUses,
  accountKeys,
  keyAliases,
  keyGrants,
  keyStores,
  grantTallies,
  importParameters,
  keyTallies,
  keyUses,
  alarms,
  eventSubscriptions,
  eventDeliveries,
  buckets,
  objects,
  objectVersions,
  uploads,
  uploadParts,
  trails,
  trailKeys,
  volumes,
  volumeDefaults,
  volumeAttachments,
  snapshots,
  snapshotShares,
} as const

type Open<F> = F extends Family<infer T, infer Path> ? Records<T, Path> : never
type AllRecords = { readonly [N in keyof typeof families]: Open<(typeof families)[N]> }

export const allFamilies = Object.values(families) as unknown as readonly AnyFamily[] // oxlint-disable-line typescript/no-unsafe-type-assertion -- as in records.ts: types are forgotten here, the schema gives them back

export function openFamilies(needs: RecordNeeds): AllRecords {
  const open = allFamilies.map(family => [family.name, openRecords<unknown, readonly string[]>(needs, family)])
  return Object.fromEntries(open) as AllRecords // oxlint-disable-line typescript/no-unsafe-type-assertion -- built from the same table
}

/** What verbs are given; each takes only what it confesses (`Needs`). */
export interface Context extends AllRecords {
  readonly ground: Ground
  readonly access: Access
  readonly rbac: AzureRbac
  readonly policyBook: AccountPolicyBook
  readonly identity: Identity
  readonly store: RecordStore
  /** Of signatures, for as long as their access keys do not change. */
  readonly derivedKeys: DerivedKeys
  readonly knownSessions: KnownSessions
  /** Of access keys and roles, since they were last written down. */
  readonly latestUses: LatestUses<CredentialUse>
  /** Of keys of accounts, by the ids of their records. */
  readonly latestKeyUses: LatestUses<NotedKeyUse>
  readonly instance: Instance
  readonly trail: AuditTrail
  readonly audit: AuditPages
  readonly log: Log
  readonly objectStore: ObjectStore
  readonly byteMathematics: ByteMathematics
  readonly keyedMathematics: KeyedMathematics
  readonly diskBytes: DiskBytes
  readonly objectNames: ObjectNames
  readonly bucketKeys: BucketKeys
  /** Of keys that stand in stores of their accounts. */
  readonly storeRates: Throttle
  /** The module that a version names; generation goes to `software` unless a vault has another. */
  module(name: string): CryptoModule
  /** The way out, to listed hosts alone. */
  readonly outgoing: Outgoing
  /** Keys that stand in stores of accounts outside. */
  readonly externalKeys: ExternalKeys
  /** Tokens that keys of accounts stand in. */
  readonly tokenClusters: TokenClusters
  /** Machines that prove what they are, and what only they can read. */
  readonly attestedMachines: AttestedMachines
  /** Loaded when the first certificate is touched: most starts never do (performance.md 11). */
  pki(): Promise<Pki>
}

export type Needs<K extends keyof Context> = Pick<Context, K>
