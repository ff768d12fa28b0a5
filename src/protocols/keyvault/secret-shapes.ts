import type { SecretBytes } from '#model/secret-bytes.ts'
import type { Secret, SecretVersion } from '#domain/secrets/records.ts'
import { currentVersion } from '#domain/vault-objects/object.ts'
import { sinceDate } from './api-version.ts'
import { deletionOf, markOf, objectAttributes, objectUrl, tagsOf, type Writing } from './object-shapes.ts'
import type { VaultSite } from './site.ts'

interface Shown {
  readonly secret: Secret
  readonly version: SecretVersion
}

const secretUrl = (site: VaultSite, secret: Secret): string => objectUrl(site, 'secrets', secret)

const about = (writing: Writing, { secret, version }: Shown) => ({
  attributes: objectAttributes(writing, version),
  ...(version.contentType !== undefined && { contentType: version.contentType }),
  ...tagsOf(version),
  ...markOf(secret),
})

/** Of a managed secret: the key behind its certificate, and what stood here before its renewal (key-vault.md 3). */
function certificateOf({ site, request }: Writing, { secret, version }: Shown) {
  if (secret.managed !== true) return {}
  const at = secret.versions.findIndex(one => one.id === version.id)
  const previous = at > 0 ? secret.versions[at - 1] : undefined
  return {
    ...(version.keyVersion !== undefined && { kid: `${objectUrl(site, 'keys', secret)}/${version.keyVersion}` }),
    ...(previous !== undefined && sinceDate(request, '2025-07-01') && { previousVersion: previous.id }),
  }
}

/** Without a value: only set and get answer with one. */
export const secretBundle = (writing: Writing, shown: Shown) => ({
  id: `${secretUrl(writing.site, shown.secret)}/${shown.version.id}`,
  ...about(writing, shown),
  ...certificateOf(writing, shown),
})

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')

export const bundleWithValue = (writing: Writing, shown: Shown & { readonly value: SecretBytes }) => ({
  value: textOf(shown.value.bytes),
  ...secretBundle(writing, shown),
})

export const currentSecretBundle = (writing: Writing, secret: Secret) => secretBundle(writing, { secret, version: currentVersion(secret) })

export const secretItem = (writing: Writing, secret: Secret) => ({
  id: secretUrl(writing.site, secret),
  ...about(writing, { secret, version: currentVersion(secret) }),
})

export const secretVersionItem = (writing: Writing, shown: Shown) => ({
  id: `${secretUrl(writing.site, shown.secret)}/${shown.version.id}`,
  ...about(writing, shown),
})

export const deletedSecretBundle = (writing: Writing, secret: Secret) => ({
  ...currentSecretBundle(writing, secret),
  ...deletionOf(writing, 'secrets', secret),
})
export const deletedSecretItem = (writing: Writing, secret: Secret) => ({
  ...secretItem(writing, secret),
  ...deletionOf(writing, 'secrets', secret),
})
