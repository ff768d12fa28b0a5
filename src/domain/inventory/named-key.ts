import { Problem } from '#model/problem.ts'
import { placeNamed } from '#domain/access/explain-place.ts'
import { accountKeyById, keyAliasByName, type FindingNeeds, type HeldAccountKey } from '#domain/account-keys/find-account-key.ts'
import { isArn, keyArn, parseKeyArn } from '#domain/account-keys/key-arn.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { keyRecord, type HeldKey } from '#domain/keys/find-key.ts'
import type { KeyVersion } from '#domain/keys/records.ts'
import { vaultByName } from '#domain/resources/find-vault.ts'
import type { Vault } from '#domain/resources/records.ts'
import { currentVersion } from '#domain/vault-objects/object.ts'

export interface NamedVaultKey {
  readonly kind: 'vault'
  /** `kv1/k1`, in the spelling of its making. */
  readonly name: string
  readonly vault: Vault
  readonly key: HeldKey
  /** The version that was named; absent: the key, whatever its version. */
  readonly version: KeyVersion | undefined
}

export interface NamedAccountKey {
  readonly kind: 'account'
  /** Its ARN. */
  readonly name: string
  readonly key: HeldAccountKey
}

export type NamedKey = NamedVaultKey | NamedAccountKey

export type NamedKeyNeeds = FindingNeeds & Needs<'names' | 'vaults' | 'keys'>

/**
 * A key as an operator names it: `vault/name`, `vault/name/version`, its URL, or the ARN of a key or an alias; deleted or not.
 * Raises `VaultNotFound`, `KeyNotFound`, `AccountKeyNotFound`, `AliasNotFound`, `InvalidParameter` for anything else.
 */
export async function namedKey(context: NamedKeyNeeds, call: Call, text: string): Promise<NamedKey> {
  return isArn(text) ? ofAccount(context, call, text) : ofVault(context, call, text)
}

async function ofAccount(context: NamedKeyNeeds, call: Call, text: string): Promise<NamedAccountKey> {
  const place = parseKeyArn(text)
  if (place === undefined) throw new Problem({ code: 'InvalidParameter', details: { name: 'key', message: 'That is no ARN of a key.' } })
  const alias = place.kind === 'alias' ? await keyAliasByName(context, call, place) : undefined
  if (place.kind === 'alias' && alias === undefined) throw new Problem({ code: 'AliasNotFound', details: { arn: text } })
  const key = await accountKeyById(context, call, { ...place, id: alias?.value.keyId ?? place.name })
  if (key === undefined) throw new Problem({ code: 'AccountKeyNotFound', details: { message: `Key '${text}' does not exist` } })
  return { kind: 'account', name: keyArn(key.value), key }
}

const withVersion = /^(?<key>.+\/[0-9a-z-]+)\/(?<version>[0-9a-f]{32})\/?$/i

async function ofVault(context: NamedKeyNeeds, call: Call, text: string): Promise<NamedVaultKey> {
  const { key: unversioned = text, version: id } = withVersion.exec(text)?.groups ?? {}
  const { vault, name } = await placeOfKey(context, call, unversioned)
  const key = await keyRecord(context, call, { vault, name })
  if (key === undefined) throw new Problem({ code: 'KeyNotFound', details: { name } })
  const version = id === undefined ? undefined : versionOf(key, id.toLowerCase())
  return { kind: 'vault', name: `${vault.name}/${key.value.name}`, vault, key, version }
}

async function placeOfKey(context: NamedKeyNeeds, call: Call, text: string): Promise<{ readonly vault: Vault; readonly name: string }> {
  const place = (await placeNamed(context, call, text)).at(-1) ?? ''
  const { vault: vaultName, name } = /\/vaults\/(?<vault>[^/]+)\/keys\/(?<name>[^/]+)$/i.exec(place)?.groups ?? {}
  if (vaultName === undefined || name === undefined)
    throw new Problem({ code: 'InvalidParameter', details: { name: 'key', message: 'A key is named kv1/k1, by its URL, or by its ARN.' } })
  const vault = (await vaultByName(context, call, vaultName))?.value
  if (vault === undefined) throw new Problem({ code: 'VaultNotFound', details: { name: vaultName } })
  return { vault, name }
}

function versionOf({ value }: HeldKey, id: string): KeyVersion {
  const found = value.versions.find(one => one.id === id)
  if (found === undefined) throw new Problem({ code: 'KeyNotFound', details: { name: value.name, version: id } })
  return found
}

/** The version that is meant where none is named. */
export const meantVersion = ({ key, version }: NamedVaultKey): KeyVersion => version ?? currentVersion(key.value)
