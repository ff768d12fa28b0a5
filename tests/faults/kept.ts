// What the fault tests keep in an installation: a vault with keys of each kind, and what only those keys open.
import { createHash, createPublicKey, randomBytes, randomUUID, verify } from 'node:crypto'
import { assignRole } from '#domain/access/assign-role.ts'
import { attributes } from '#domain/access/known-facts.ts'
import type { Context } from '#domain/context.ts'
import { createKey } from '#domain/keys/create-key.ts'
import { keyScope } from '#domain/keys/reference.ts'
import { sign } from '#domain/keys/sign.ts'
import { kindOf, type KindOfKey } from '#domain/keys/specs.ts'
import { unwrapKey } from '#domain/keys/unwrap-key.ts'
import { wrapKey } from '#domain/keys/wrap-key.ts'
import { vaultByName } from '#domain/resources/find-vault.ts'
import type { Vault } from '#domain/resources/records.ts'
import { setVault, vaultArmId, vaultScope } from '#domain/resources/set-vault.ts'
import { mutationId, sealed } from '#model/brands.ts'
import type { Principal } from '#model/principal.ts'
import { secret } from '#tests/left-behind/noted.ts'
import { lookAs, performAs, type Running } from './installation.ts'

export interface Kept {
  readonly who: Principal
  readonly vault: string
  readonly dataKey: Buffer
  /** `dataKey` under the RSA key. */
  readonly wrapped: Uint8Array
  /** Of the EC key, SubjectPublicKeyInfo. */
  readonly publicKey: Buffer
}

/** A vault and its officer. */
export type Whose = Pick<Kept, 'who' | 'vault'>

const officerRoleId = '14b46e9e-c2b7-41b4-b07b-48a6ebf60603'
const rsa = kindOf({ type: 'RSA' })
const ec = kindOf({ type: 'EC' })

async function makeVault({ context, administrator, subscriptionId }: Running, name: string): Promise<Vault> {
  const at = { subscriptionId, group: 'keystead', name }
  const on = vaultScope(at)
  return performAs(context, administrator, async call => {
    const { vault } = await setVault(context, call, {
      ...at,
      permit: context.access.permit(call, 'vault.write', { on }),
      mayGiveAccess: () => context.access.permit(call, 'roleAssignment.write', { on }),
      location: 'local',
      tags: { kept: 'yes' },
      createMode: 'default',
      rbacByDefault: true,
      settings: { tenantId: administrator.tenant, sku: 'premium' },
    })
    return vault.value
  })
}

async function makeOfficer({ context, administrator, subscriptionId }: Running, vault: Vault): Promise<void> {
  const on = vault.scope
  await performAs(context, administrator, async call =>
    assignRole(context, call, {
      permit: context.access.permit(call, 'roleAssignment.write', {
        on,
        facts: ({ name }) => (name === attributes.roleDefinitionId ? officerRoleId : undefined),
      }),
      tenantId: vault.tenantId,
      scope: on,
      scopeId: vaultArmId({ subscriptionId, group: 'keystead', name: vault.name }),
      name: randomUUID(),
      roleId: officerRoleId,
      principalId: administrator.id,
    }),
  )
}

const makeKey = async (
  { context, administrator }: Running,
  vault: Vault,
  { name, kind }: { readonly name: string; readonly kind: KindOfKey },
) =>
  performAs(context, administrator, async call =>
    createKey(context, call, { permit: context.access.permit(call, 'key.create', { on: keyScope(vault, name) }), vault, name, kind }),
  )

/** One more EC key beside them. */
export async function keepAnother(running: Running, kept: Whose, name: string): Promise<void> {
  await makeKey(running, await vaultOf(running.context, kept), { name, kind: ec })
}

/** A vault, its officer, an RSA and an EC key, a data key wrapped; and a row in each table that no verb fills at once. */
export async function keep(running: Running): Promise<Kept> {
  const { context, administrator: who, store } = running
  const vault = await makeVault(running, 'kept')
  await makeOfficer(running, vault)
  await makeKey(running, vault, { name: 'wrap', kind: rsa })
  const { version } = await makeKey(running, vault, { name: 'sign', kind: ec })
  const dataKey = secret('a data key', randomBytes(32))
  const { value: wrapped } = await performAs(context, who, async call =>
    wrapKey(context, call, {
      permit: context.access.permit(call, 'key.wrap', { on: keyScope(vault, 'wrap') }),
      reference: { vault, name: 'wrap', version: 'current' },
      algorithm: 'RSA-OAEP-256',
      value: dataKey,
    }),
  )
  await store.lease('kept', 1, 60_000)
  await store.commit([
    {
      id: mutationId(randomBytes(16).toString('hex')),
      decidedAt: await store.head(),
      reads: [],
      writes: [],
      entries: [],
      outbox: [{ topic: 'kept', body: sealed(randomBytes(40)) }],
      ruling: false,
    },
  ])
  return { who, vault: vault.name, dataKey, wrapped, publicKey: Buffer.from(version.publicKey ?? '', 'base64') }
}

/** Those of the names that are no whole key, in the record and in its material. */
export async function missingKeys(context: Context, kept: Whose, names: readonly string[]): Promise<readonly string[]> {
  const vault = await vaultOf(context, kept)
  const missing: string[] = []
  for (const name of names) if ((await unlessRefused(signed(context, { vault, who: kept.who, name }))) === undefined) missing.push(name)
  return missing
}

/** What the keys do now: the data key as it opens, whether a signature verifies; `undefined` where they are refused. */
export async function useKept(
  context: Context,
  kept: Kept,
): Promise<{ readonly dataKey: Uint8Array | undefined; readonly signs: boolean | undefined }> {
  return { dataKey: await unlessRefused(unwrapped(context, kept)), signs: await unlessRefused(verified(context, kept)) }
}

async function unlessRefused<T>(use: Promise<T>): Promise<T | undefined> {
  try {
    return await use
  } catch {
    return undefined
  }
}

async function vaultOf(context: Context, { who, vault }: Whose): Promise<Vault> {
  const found = await lookAs(context, who, async call => vaultByName(context, call, vault))
  if (found === undefined) throw new Error('the vault is gone')
  return found.value
}

async function unwrapped(context: Context, kept: Kept): Promise<Uint8Array> {
  const vault = await vaultOf(context, kept)
  return lookAs(context, kept.who, async call => {
    const { value } = await unwrapKey(context, call, {
      permit: context.access.permit(call, 'key.unwrap', { on: keyScope(vault, 'wrap') }),
      reference: { vault, name: 'wrap', version: 'current' },
      algorithm: 'RSA-OAEP-256',
      value: kept.wrapped,
    })
    using opened = value
    return Uint8Array.from(opened.bytes)
  })
}

const text = Buffer.from('kept')

async function signed(context: Context, { vault, who, name }: { readonly vault: Vault; readonly who: Principal; readonly name: string }) {
  const { value } = await lookAs(context, who, async call =>
    sign(context, call, {
      permit: context.access.permit(call, 'key.sign', { on: keyScope(vault, name) }),
      reference: { vault, name, version: 'current' },
      algorithm: 'ES256',
      digest: createHash('sha256').update(text).digest(),
    }),
  )
  return value
}

async function verified(context: Context, kept: Kept): Promise<boolean> {
  const signature = await signed(context, { vault: await vaultOf(context, kept), who: kept.who, name: 'sign' })
  const key = createPublicKey({ key: kept.publicKey, format: 'der', type: 'spki' })
  return verify('sha256', text, { key, dsaEncoding: 'ieee-p1363' }, signature)
}
