// For tests alone: what is done with the certificates of a vault by somebody who may, and by the scheduler.
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import type { Bytes } from '#model/brands.ts'
import { system } from '#model/principal.ts'
import { findKey } from '#domain/keys/find-key.ts'
import type { Key, KeyVersion } from '#domain/keys/records.ts'
import { keyGround, officer, type KeyGround } from '#domain/keys/testing.ts'
import type { Vault } from '#domain/resources/records.ts'
import { getSecret } from '#domain/secrets/get-secret.ts'
import type { SecretVersion } from '#domain/secrets/records.ts'
import { createCertificate } from './create-certificate.ts'
import { deleteCertificate } from './delete-certificate.ts'
import { getCertificate, type ShownCertificate } from './get-certificate.ts'
import { importCertificate } from './import-certificate.ts'
import { mergeCertificate } from './merge-certificate.ts'
import type { PolicyChange } from './policy.ts'
import type { Certificate, CertificateOperation } from './records.ts'
import { certificateTasks } from './tasks.ts'

interface Extra {
  readonly enabled?: boolean
  readonly tags?: Readonly<Record<string, string>>
  readonly preserveOrder?: boolean
  readonly portSuffix?: string
}

export interface CertificateGround extends KeyGround {
  readonly vault: Vault
  readonly create: (name: string, policy?: PolicyChange, more?: Extra) => Promise<CertificateOperation>
  /** Asked for, and answered by the scheduler. */
  readonly issue: (name: string, policy?: PolicyChange, more?: Extra) => Promise<ShownCertificate>
  /** The next version by the policy that is there. */
  readonly again: (name: string) => Promise<ShownCertificate>
  readonly merge: (name: string, certificates: readonly Bytes[]) => Promise<void>
  readonly bring: (
    name: string,
    value: string,
    more?: Extra & { readonly password?: string; readonly policy?: PolicyChange },
  ) => Promise<void>
  readonly get: (name: string, version?: string) => Promise<ShownCertificate>
  readonly leaf: (name: string, version?: string) => Promise<X509Certificate>
  readonly key: (name: string, version?: string) => Promise<{ readonly key: Key; readonly version: KeyVersion }>
  readonly secret: (name: string, version?: string) => Promise<{ readonly version: SecretVersion; readonly value: string }>
  readonly remove: (name: string) => Promise<Certificate>
  /** What the scheduler does with it now; false: nothing. */
  readonly due: (family: 'certificates' | 'certificateOperations', name: string) => Promise<boolean>
}

/** A policy for a P-256 key, which costs the least. */
export const ecPolicy = (changes: PolicyChange = {}): PolicyChange => ({
  issuer: { name: 'Self' },
  key: { type: 'EC', crv: 'P-256' },
  subject: 'CN=test.example',
  contentType: 'application/x-pem-file',
  ...changes,
})

/** With the vault `v`. */
export async function certificateGround(changes: Parameters<KeyGround['addVault']>[1] = {}): Promise<CertificateGround> {
  const ground = await keyGround()
  const vault = await ground.addVault('v', changes)
  return { ...ground, vault, ...asking(ground, vault), ...reading(ground, vault) }
}

type Asking = Pick<CertificateGround, 'create' | 'issue' | 'again' | 'merge' | 'bring' | 'remove' | 'due'>

function asking(ground: KeyGround, vault: Vault): Asking {
  const create = creating(ground, vault)
  const due = scheduled(ground, vault)
  const answered = async (name: string): Promise<ShownCertificate> => {
    assert.equal(await due('certificateOperations', name), true, 'it is due at once')
    return reading(ground, vault).get(name)
  }
  return {
    create,
    due,
    async issue(name, policy = ecPolicy(), more = {}) {
      await create(name, policy, more)
      return answered(name)
    },
    async again(name) {
      await create(name)
      return answered(name)
    },
    ...bringing(ground, vault),
  }
}

const creating =
  ({ context, as, permit }: KeyGround, vault: Vault): CertificateGround['create'] =>
  async (name, policy, more = {}) =>
    as(async call => {
      const named = { vault, name }
      const asked = { permit: permit(call, 'certificate.create', named), ...named, policy, ...more }
      return (await createCertificate(context, call, asked)).operation
    })

const scheduled =
  (ground: KeyGround, vault: Vault): CertificateGround['due'] =>
  async (family, name) => {
    const task = certificateTasks.find(one => one.family === family)
    assert.ok(task)
    const path = [name.toLowerCase()]
    return ground.run(system, async call => task.run(ground.context, call, { compartment: vault.compartment, path }), task.operation)
  }

function bringing({ context, as, permit }: KeyGround, vault: Vault): Pick<CertificateGround, 'merge' | 'bring' | 'remove'> {
  return {
    merge: async (name, certificates) =>
      as(async call => {
        await mergeCertificate(context, call, { permit: permit(call, 'certificate.merge', { vault, name }), vault, name, certificates })
      }),
    bring: async (name, value, { password = '', ...more } = {}) =>
      as(async call => {
        const container = { value, password }
        await importCertificate(context, call, {
          permit: permit(call, 'certificate.import', { vault, name }),
          vault,
          name,
          container,
          ...more,
        })
      }),
    remove: async name =>
      as(async call => {
        const asked = { permit: permit(call, 'certificate.delete', { vault, name }), vault, name }
        return (await deleteCertificate(context, call, asked)).certificate
      }),
  }
}

function reading(ground: KeyGround, vault: Vault): Pick<CertificateGround, 'get' | 'leaf' | 'key' | 'secret'> {
  const { context, as, permit } = ground
  const get: CertificateGround['get'] = async (name, version = 'current') =>
    as(async call =>
      getCertificate(context, call, { permit: permit(call, 'certificate.read', { vault, name }), reference: { vault, name, version } }),
    )
  return {
    get,
    async leaf(name, version = 'current') {
      const found = (await get(name, version)).version
      assert.ok(found)
      return new X509Certificate(Buffer.from(found.certificate, 'base64'))
    },
    key: async (name, version = 'current') =>
      as(async call => {
        const found = await findKey(context, call, { vault, name, version })
        assert.ok(found)
        return { key: found.key.value, version: found.version }
      }),
    secret: async (name, version = 'current') =>
      ground.run(officer, async call => {
        const asked = { permit: permit(call, 'secret.get', { vault, name }), reference: { vault, name, version } }
        const found = await getSecret(context, call, asked)
        return { version: found.version, value: Buffer.from(found.value.bytes).toString() }
      }),
  }
}
