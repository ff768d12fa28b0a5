import { z } from 'zod'
import { millis, type Millis } from '#model/brands.ts'
import { namesOf } from '#model/names.ts'
import type { EntryPlace } from '#domain/audit/entry-id.ts'
import { family } from '#domain/records/family.ts'
import { accountKeySpecs, accountKeyUsages } from './specs.ts'

const time = z.number().int()

/** One backing key of a key. Its bytes are its material, at `materialPlace`; the record has none of it. */
const keyMaterial = z.object({
  /** 64 hex digits: made at random, or of the key's id and the bytes where they were imported (aws-kms.md 2.2). */
  id: z.string(),
  state: z.enum(['current', 'former', 'pendingRotation']),
  /** Name of the CryptoModule that holds it. */
  module: z.string(),
  createdAt: time,
  rotatedAt: time.optional(),
  rotation: z.enum(['automatic', 'onDemand']).optional(),
  /** Of a pair: SubjectPublicKeyInfo DER, base64. */
  publicKey: z.string().optional(),
  /** Of imported bytes: are they here, until when, and what was said of them. */
  imported: z.object({ present: z.boolean(), validTo: time.optional(), description: z.string().optional() }).optional(),
})

const accountKeySchema = z.object({
  /** UUID, or `mrk-` and 32 hex digits where it may stand in several Regions. */
  id: z.string(),
  accountId: z.string(),
  region: z.string(),
  createdAt: time,
  spec: z.enum(namesOf(accountKeySpecs)),
  usage: z.enum(accountKeyUsages),
  origin: z.enum(['generated', 'imported', 'keyStore', 'externalKeyStore']),
  /** Made by the account, or for a service of it at its first use. */
  manager: z.enum(['account', 'service']),
  enabled: z.boolean(),
  description: z.string(),
  /** The key's own policy, byte for byte as it was written. */
  policy: z.string(),
  /** Unique ids of the users and roles that it names by ARN: others of their names are not meant. */
  bound: z.record(z.string(), z.string()).optional(),
  /** In the order of their writing. */
  tags: z.array(z.object({ key: z.string(), value: z.string() })),
  /** Oldest first; empty while the first import is awaited. */
  materials: z.array(keyMaterial),
  /** `at` is absent while replicas are still there. */
  deletion: z.object({ at: time.optional(), windowDays: z.number().int() }).optional(),
  rotation: z.object({ periodDays: z.number().int(), nextAt: time }).optional(),
  /** Of all that were asked for, ever. */
  onDemandRotations: z.number().int(),
  multiRegion: z.object({ primary: z.string(), replicas: z.array(z.string()) }).optional(),
  storeId: z.string().optional(),
  /** Its name in an external key store. */
  externalKeyId: z.string().optional(),
  dueAt: time.optional(),
})
export type AccountKey = z.output<typeof accountKeySchema>

const dueAt = (value: { readonly dueAt?: number | undefined }): Millis | undefined =>
  value.dueAt === undefined ? undefined : millis(value.dueAt)

/** In the compartment of its account and Region (domain/accounts/account-region.ts). */
export const accountKeys = family<AccountKey, readonly [id: string]>({
  name: 'accountKeys',
  schema: accountKeySchema,
  format: 1,
  residency: 'cached',
  // Its policy is a ruling, but noted as read by whoever asked: the key is a record of the call.
  ruling: false,
  tags: ({ storeId, externalKeyId }) => [
    ...(storeId === undefined ? [] : [['inStore', storeId]]),
    ...(storeId === undefined || externalKeyId === undefined ? [] : [['externalKey', storeId, externalKeyId]]),
  ],
  dueAt,
})

const keyAliasSchema = z.object({
  /** `alias/…` */
  name: z.string(),
  keyId: z.string(),
  createdAt: time,
  updatedAt: time,
})
export type KeyAlias = z.output<typeof keyAliasSchema>

export const keyAliases = family<KeyAlias, readonly [name: string]>({
  name: 'keyAliases',
  schema: keyAliasSchema,
  format: 1,
  residency: 'cached',
  ruling: false,
  tags: ({ keyId }) => [['of', keyId]],
})

const keyGrantSchema = z.object({
  /** 64 hex digits. */
  id: z.string(),
  keyId: z.string(),
  name: z.string(),
  createdAt: time,
  /** ARN of a principal, or a service's name. */
  grantee: z.string(),
  retiring: z.string().optional(),
  /** Of the users and roles that were named: others of their names are not meant. */
  granteeId: z.string().optional(),
  retiringId: z.string().optional(),
  /** Named as a service, and shown as one. */
  granteeIsService: z.boolean().optional(),
  retiringIsService: z.boolean().optional(),
  /** ARN of the root of the account that gave it. */
  issuingAccount: z.string(),
  operations: z.array(z.string()),
  constraints: z
    .object({
      equals: z.record(z.string(), z.string()).optional(),
      subset: z.record(z.string(), z.string()).optional(),
      sourceArn: z.string().optional(),
    })
    .optional(),
})
export type KeyGrant = z.output<typeof keyGrantSchema>

export const keyGrants = family<KeyGrant, readonly [keyId: string, grantId: string]>({
  name: 'keyGrants',
  schema: keyGrantSchema,
  format: 1,
  residency: 'cached',
  ruling: false,
  collection: ([keyId]) => [keyId],
  tags: ({ keyId, grantee, retiring, name }) => [
    ['for', keyId, grantee],
    ...(name === '' ? [] : [['named', keyId, name]]),
    ...(retiring === undefined ? [] : [['retiring', retiring]]),
  ],
})

/** A pair for wrapping material that is to be imported, for a day; its private half is its material, version `id`. */
const importParametersSchema = z.object({
  /** 32 hex digits. */
  id: z.string(),
  keyId: z.string(),
  spec: z.string(),
  /** Name of the CryptoModule that holds it. */
  module: z.string(),
  dueAt: time,
})
export type ImportParametersRecord = z.output<typeof importParametersSchema>

export const importParameters = family<ImportParametersRecord, readonly [keyId: string, id: string]>({
  name: 'importParameters',
  schema: importParametersSchema,
  format: 1,
  residency: 'cached',
  ruling: false,
  collection: ([keyId]) => [keyId],
  dueAt,
})

/** How many grants a key has: lists of many thousands are not counted at each. */
const grantTallySchema = z.object({ keyId: z.string(), grants: z.number().int().nonnegative() })
export type GrantTally = z.output<typeof grantTallySchema>

export const grantTallies = family<GrantTally, readonly [keyId: string]>({
  name: 'grantTallies',
  schema: grantTallySchema,
  format: 1,
  residency: 'cached',
  ruling: false,
})

/** How many keys an account has in a Region: there is one, beside them. */
const keyTallySchema = z.object({ keys: z.number().int().nonnegative() })

export const keyTallies = family<z.output<typeof keyTallySchema>, readonly []>({
  name: 'keyTallies',
  schema: keyTallySchema,
  format: 1,
  residency: 'cached',
  ruling: false,
})

/** The last use of a key's material that was answered, by the ids under which its entry is found. Written by the minute, not by the request. */
const keyLastUseSchema = z.object({ at: time, operation: z.string(), requestId: z.string(), entryId: z.string() })
export type KeyLastUse = z.output<typeof keyLastUseSchema>

/** A use as requests leave it: of the many only the last is looked at, so its entry's id is made of its place then. */
export interface NotedKeyUse extends Omit<KeyLastUse, 'requestId' | 'entryId'> {
  readonly entry: EntryPlace
}

export const keyUses = family<KeyLastUse, readonly [keyId: string]>({
  name: 'keyUses',
  schema: keyLastUseSchema,
  format: 1,
  residency: 'cached',
  ruling: false,
})

const keyStoreSchema = z.object({
  /** `cks-` and 17 hex digits. */
  id: z.string(),
  name: z.string(),
  kind: z.enum(['token', 'external']),
  createdAt: time,
  connection: z.enum(['connected', 'connecting', 'disconnected', 'disconnecting', 'failed']),
  connectionError: z.string().optional(),
  /** Of the token kind. */
  clusterId: z.string().optional(),
  trustAnchor: z.string().optional(),
  /** Of the external kind; the credential's secret is its material. */
  proxy: z.object({ endpoint: z.string(), path: z.string(), accessKeyId: z.string(), connectivity: z.string() }).optional(),
})
export type KeyStore = z.output<typeof keyStoreSchema>

export const keyStores = family<KeyStore, readonly [id: string]>({
  name: 'keyStores',
  schema: keyStoreSchema,
  format: 1,
  residency: 'resident',
  ruling: false,
  collection: () => [],
})
