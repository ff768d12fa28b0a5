// For tests alone: what is done with the secrets of a vault by somebody who may.
import type { Vault } from '#domain/resources/records.ts'
import { keyGround, type KeyGround } from '#domain/keys/testing.ts'
import { addSecretVersion } from './add-secret-version.ts'
import { deleteSecret } from './delete-secret.ts'
import { getSecret } from './get-secret.ts'
import type { Secret, SecretVersion } from './records.ts'
import { setSecret } from './set-secret.ts'

export interface SecretGround extends KeyGround {
  readonly vault: Vault
  readonly set: (name: string, value: string, more?: object) => Promise<SecretVersion>
  /** The value in the version asked for, as text. */
  readonly get: (name: string, version?: string) => Promise<string>
  readonly remove: (name: string) => Promise<Secret>
  /** As a certificate would make it, without a certificate. */
  readonly setManaged: (name: string, value: string, keyVersion?: string) => Promise<SecretVersion>
}

/** With the vault `v`. */
export async function secretGround(changes: Parameters<KeyGround['addVault']>[1] = {}): Promise<SecretGround> {
  const ground = await keyGround()
  const { context, as, permit } = ground
  const vault = await ground.addVault('v', changes)
  return {
    ...ground,
    vault,
    set: async (name, value, more = {}) =>
      as(async call => {
        const set = permit(call, 'secret.set', { vault, name })
        return (await setSecret(context, call, { permit: set, vault, name, value: Buffer.from(value), ...more })).version
      }),
    get: async (name, version = 'current') =>
      as(async call => {
        const got = await getSecret(context, call, {
          permit: permit(call, 'secret.get', { vault, name }),
          reference: { vault, name, version },
        })
        return Buffer.from(got.value.bytes).toString()
      }),
    remove: async name =>
      as(async call => deleteSecret(context, call, { permit: permit(call, 'secret.delete', { vault, name }), vault, name })),
    setManaged: async (name, value, keyVersion) =>
      as(async call => {
        const managed = keyVersion === undefined ? {} : { keyVersion }
        return (await addSecretVersion(context, call, { named: { vault, name }, value: Buffer.from(value), managed })).version
      }),
  }
}
