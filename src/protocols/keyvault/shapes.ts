import { publicKeyToJwk } from '#crypto/public-key.ts'
import { currentVersion } from '#domain/keys/find-key.ts'
import type { Key, KeyVersion } from '#domain/keys/records.ts'
import { keyType } from '#domain/keys/specs.ts'
import type { Vault } from '#domain/resources/records.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { since73 } from './api-version.ts'
import type { VaultSite } from './site.ts'

/** What decides how an answer is written: the vault, its URL as the caller spells it, the api-version. */
export interface Writing {
  readonly site: VaultSite
  readonly request: WireRequest
}

interface Shown {
  readonly key: Key
  readonly version: KeyVersion
}

const seconds = (ms: number): number => Math.floor(ms / 1000)

/** Deletion keeps what it promises when it is read, not when it was promised (key-vault.md 5). */
function recoveryLevel({ softDeleteRetentionInDays, enablePurgeProtection }: Vault): string {
  const level = softDeleteRetentionInDays === 90 ? 'Recoverable' : 'CustomizedRecoverable'
  return enablePurgeProtection ? level : `${level}+Purgeable`
}

function attributesOf({ site, request }: Writing, version: KeyVersion) {
  const vault = site.vault.value
  return {
    enabled: version.enabled,
    ...(version.notBefore !== undefined && { nbf: seconds(version.notBefore) }),
    ...(version.expires !== undefined && { exp: seconds(version.expires) }),
    created: seconds(version.createdAt),
    updated: seconds(version.updatedAt),
    recoveryLevel: recoveryLevel(vault),
    recoverableDays: vault.softDeleteRetentionInDays,
    // No key of ours is released, and no hardware stands behind the module (key-vault.md 0.9).
    ...(since73(request) && { exportable: false, hsmPlatform: '0' }),
  }
}

const tagsOf = ({ tags }: KeyVersion) => tags !== undefined && { tags }

export const keyUrl = (site: VaultSite, key: Pick<Key, 'name'>): string => `${site.baseUrl}/keys/${key.name}`
/** The id of a version: what an operation answers with is always versioned. */
export const versionUrl = (site: VaultSite, { key, version }: Shown): string => `${keyUrl(site, key)}/${version.id}`

/** Public members alone: they are read from the public key, and nothing else is at hand. */
export function keyBundle(writing: Writing, shown: Shown) {
  const { version } = shown
  const { kty: _kty, ...numbers } = publicKeyToJwk(Buffer.from(version.publicKey, 'base64'))
  return {
    key: { kid: versionUrl(writing.site, shown), kty: keyType(version), key_ops: version.keyOps, ...numbers },
    attributes: attributesOf(writing, version),
    ...tagsOf(version),
  }
}

export const currentBundle = (writing: Writing, key: Key) => keyBundle(writing, { key, version: currentVersion(key) })

export const keyItem = (writing: Writing, key: Key) => {
  const version = currentVersion(key)
  return { kid: keyUrl(writing.site, key), attributes: attributesOf(writing, version), ...tagsOf(version) }
}

export const versionItem = (writing: Writing, shown: Shown) => ({
  kid: versionUrl(writing.site, shown),
  attributes: attributesOf(writing, shown.version),
  ...tagsOf(shown.version),
})

function deletionOf({ site }: Writing, { name, deleted }: Key) {
  if (deleted === undefined) throw new Error('a live key is shown as deleted')
  return {
    recoveryId: `${site.baseUrl}/deletedkeys/${name}`,
    deletedDate: seconds(deleted.at),
    scheduledPurgeDate: seconds(deleted.scheduledPurgeAt),
  }
}

export const deletedBundle = (writing: Writing, key: Key) => ({ ...currentBundle(writing, key), ...deletionOf(writing, key) })
export const deletedItem = (writing: Writing, key: Key) => ({ ...keyItem(writing, key), ...deletionOf(writing, key) })
