import { isMlDsa, mlDsaPublicBytes } from '#crypto/ml-dsa.ts'
import { publicKeyToJwk } from '#crypto/public-key.ts'
import type { CipherOutput } from '#ports/crypto-module.ts'
import { remembered } from '#domain/generations.ts'
import type { Key, KeyVersion } from '#domain/keys/records.ts'
import { anyKeyType } from '#domain/keys/specs.ts'
import { currentVersion } from '#domain/vault-objects/object.ts'
import { toBase64url } from '#protocols/azure/base64url.ts'
import { since73 } from './api-version.ts'
import { shownPolicy } from './release.ts'
import { deletionOf, markOf, objectAttributes, objectUrl, tagsOf, type Writing } from './object-shapes.ts'
import type { VaultSite } from './site.ts'

interface Shown {
  readonly key: Key
  readonly version: KeyVersion
}

const attributesOf = (writing: Writing, { key, version }: Shown) => ({
  ...objectAttributes(writing, version),
  // No hardware stands behind the module (key-vault.md 0.9).
  ...(since73(writing.request) && { exportable: key.releasePolicy !== undefined, hsmPlatform: '0' }),
})

export const keyUrl = (site: VaultSite, key: Pick<Key, 'name'>): string => objectUrl(site, 'keys', key)
/** The id of a version: what an operation answers with is always versioned. */
export const versionUrl = (site: VaultSite, { key, version }: Shown): string => `${keyUrl(site, key)}/${version.id}`

/** Of public keys that are asked for over and over, a KB each: reading one costs as much as deciding who may. */
const jwkMembers = remembered(1_000, publicKey => {
  const { kty: _kty, ...members } = publicKeyToJwk(Buffer.from(publicKey, 'base64'))
  return members
})

/** A symmetric key has none. */
function publicNumbers({ spec, publicKey }: KeyVersion) {
  if (publicKey === undefined) return {}
  if (isMlDsa(spec)) return { alg: spec, pub: toBase64url(mlDsaPublicBytes(Buffer.from(publicKey, 'base64'))) }
  return jwkMembers(publicKey)
}

/** Public members alone: they are read from the public key, and nothing else is at hand. */
export function keyBundle(writing: Writing, shown: Shown) {
  const { key, version } = shown
  return {
    key: { kid: versionUrl(writing.site, shown), kty: anyKeyType(version), key_ops: version.keyOps, ...publicNumbers(version) },
    attributes: attributesOf(writing, shown),
    ...tagsOf(version),
    ...markOf(key),
    ...releaseOf(writing, key),
  }
}

const releaseOf = ({ request }: Writing, { releasePolicy: policy }: Key) =>
  policy !== undefined && since73(request) && { release_policy: shownPolicy(policy) }

export const currentBundle = (writing: Writing, key: Key) => keyBundle(writing, { key, version: currentVersion(key) })

export const keyItem = (writing: Writing, key: Key) => {
  const version = currentVersion(key)
  return { kid: keyUrl(writing.site, key), attributes: attributesOf(writing, { key, version }), ...tagsOf(version), ...markOf(key) }
}

export const versionItem = (writing: Writing, shown: Shown) => ({
  kid: versionUrl(writing.site, shown),
  attributes: attributesOf(writing, shown),
  ...tagsOf(shown.version),
  ...markOf(shown.key),
})

/** A deleted key says nothing of its release policy (key-vault.md 10.2). */
export function deletedBundle(writing: Writing, key: Key) {
  const { release_policy: _, ...bundle } = currentBundle(writing, key)
  return { ...bundle, ...deletionOf(writing, 'keys', key) }
}
export const deletedItem = (writing: Writing, key: Key) => ({ ...keyItem(writing, key), ...deletionOf(writing, 'keys', key) })

/** What encrypts answers: IV and tag where they were made, and the data that was authenticated along with it (key-vault.md 2.6). */
export function cipherAnswer(site: VaultSite, made: Shown & CipherOutput & { readonly aad: Uint8Array | undefined }) {
  const { value, iv, tag, aad } = made
  return {
    kid: versionUrl(site, made),
    value: toBase64url(value),
    ...(iv !== undefined && { iv: toBase64url(iv) }),
    ...(tag !== undefined && { tag: toBase64url(tag) }),
    ...(tag !== undefined && aad !== undefined && { aad: toBase64url(aad) }),
  }
}
