import type { Key, KeyVersion } from '#domain/keys/records.ts'
import { currentVersion } from '#domain/vault-objects/object.ts'
import { anyKeyType } from '#domain/keys/specs.ts'
import { recoveryLevel } from '#domain/vault-objects/deletion.ts'
import type { Vault } from '#domain/resources/records.ts'
import { bitsOf, keySpecs } from '#crypto/key-specs.ts'
import { isMlDsa } from '#crypto/ml-dsa.ts'
import { isSymmetric } from '#crypto/symmetric.ts'
import type { Listed } from './answers.ts'
import { attributesShape, seconds } from './object-attributes.ts'
import { vaultUri } from './shapes.ts'
import type { ArmSite } from './site.ts'

const attributes = (vault: Vault, version: KeyVersion) => ({
  ...attributesShape(version),
  recoveryLevel: recoveryLevel(vault),
  exportable: false,
})

function size({ spec }: KeyVersion) {
  if (isMlDsa(spec)) return {}
  if (isSymmetric(spec)) return { keySize: bitsOf(spec) }
  const row = keySpecs[spec]
  return row.kty === 'RSA' ? { keySize: row.bits } : { curveName: row.crv }
}

function rotationPolicy({ rotationPolicy: policy }: Key) {
  if (policy === undefined) return {}
  const lifetimeActions = policy.lifetimeActions.map(({ action, timeAfterCreate, timeBeforeExpiry }) => ({
    trigger: { ...(timeAfterCreate !== undefined && { timeAfterCreate }), ...(timeBeforeExpiry !== undefined && { timeBeforeExpiry }) },
    action: { type: action },
  }))
  const { expiryTime, createdAt, updatedAt } = policy
  return {
    rotationPolicy: {
      attributes: { ...(expiryTime !== undefined && { expiryTime }), created: seconds(createdAt), updated: seconds(updatedAt) },
      lifetimeActions,
    },
  }
}

export interface ShownKey {
  readonly vault: Vault
  readonly key: Key
  readonly version?: KeyVersion
}

/** A key as ARM shows it: what it is, never what it is made of. With a version named, that version's own resource. */
export function vaultKeyShape(site: ArmSite, { vault, key, version: named }: ShownKey): Listed {
  const version = named ?? currentVersion(key)
  const keyUri = `${vaultUri(site, vault.name)}keys/${key.name}`
  const id = `${vault.id}/keys/${key.name}`
  return {
    id: named === undefined ? id : `${id}/versions/${named.id}`,
    name: named === undefined ? key.name : named.id,
    type: named === undefined ? 'Microsoft.KeyVault/vaults/keys' : 'Microsoft.KeyVault/vaults/keys/versions',
    location: vault.location,
    tags: version.tags ?? {},
    properties: {
      attributes: attributes(vault, version),
      kty: anyKeyType(version),
      keyOps: version.keyOps,
      ...size(version),
      keyUri,
      keyUriWithVersion: `${keyUri}/${version.id}`,
      ...rotationPolicy(key),
    },
  }
}
