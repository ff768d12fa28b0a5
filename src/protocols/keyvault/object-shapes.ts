import { recoveryLevel } from '#domain/vault-objects/deletion.ts'
import type { ObjectVersion, VaultObject } from '#domain/vault-objects/object.ts'
import type { Collection } from '#domain/vault-objects/reference.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import type { VaultSite } from './site.ts'

// What the answers about keys and about secrets have in common (key-vault.md 1.8, 2.4, 5).

/** What decides how an answer is written: the vault, its URL as the caller spells it, the api-version. */
export interface Writing {
  readonly site: VaultSite
  readonly request: WireRequest
}

const seconds = (ms: number): number => Math.floor(ms / 1000)

export function objectAttributes({ site }: Pick<Writing, 'site'>, version: ObjectVersion) {
  const vault = site.vault.value
  return {
    enabled: version.enabled,
    ...(version.notBefore !== undefined && { nbf: seconds(version.notBefore) }),
    ...(version.expires !== undefined && { exp: seconds(version.expires) }),
    created: seconds(version.createdAt),
    updated: seconds(version.updatedAt),
    recoveryLevel: recoveryLevel(vault),
    recoverableDays: vault.softDeleteRetentionInDays,
  }
}

export const tagsOf = ({ tags }: ObjectVersion) => tags !== undefined && { tags }
export const markOf = ({ managed }: VaultObject) => managed === true && { managed }

export const objectUrl = (site: VaultSite, collection: Collection, { name }: Pick<VaultObject, 'name'>): string =>
  `${site.baseUrl}/${collection}/${name}`

export function deletionOf({ site }: Pick<Writing, 'site'>, collection: Collection, { name, deleted }: VaultObject) {
  if (deleted === undefined) throw new Error('a live object is shown as deleted')
  return {
    recoveryId: `${site.baseUrl}/deleted${collection}/${name}`,
    deletedDate: seconds(deleted.at),
    scheduledPurgeDate: seconds(deleted.scheduledPurgeAt),
  }
}
