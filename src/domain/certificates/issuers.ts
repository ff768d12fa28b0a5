import { Problem } from '#model/problem.ts'
import type { SecretBytes } from '#model/secret-bytes.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { Held } from '#domain/records/family.ts'
import type { Page } from '#domain/records/records.ts'
import type { Vault } from '#domain/resources/records.ts'
import { wholeSecond } from '#domain/vault-objects/attributes.ts'
import type { Listed } from '#domain/vault-objects/list-objects.ts'
import { objectPath, type ObjectName } from '#domain/vault-objects/reference.ts'
import { issuerKinds } from './policy.ts'
import type { CertificateIssuer } from './records.ts'
import { issuerScope } from './reference.ts'

/** Providers that issue here: our own authority, and the name by which clients' tests ask for one (key-vault.md 0.12). */
export const authorityProviders: ReadonlySet<string> = new Set(['keystead', 'test'])

/** Ours: Azure publishes none (key-vault.md 8). */
const issuersMax = 100
const passwordVersion = '1'.padStart(32, '0')

type HeldIssuer = Held<CertificateIssuer, readonly [name: string]>

export const issuerOf = async (
  { certificateIssuers }: Needs<'certificateIssuers'>,
  call: Call,
  { vault, name }: ObjectName,
): Promise<HeldIssuer | undefined> => certificateIssuers.get(call, vault.compartment, objectPath(name))

async function requireIssuer(context: Needs<'certificateIssuers'>, call: Call, named: ObjectName): Promise<HeldIssuer> {
  const found = await issuerOf(context, call, named)
  if (found === undefined) throw new Problem({ code: 'CertificateIssuerNotFound', details: { name: named.name } })
  return found
}

/** What a client says of an issuer; absent members keep where it is there. `password`: UTF-8; the call disposes of it. */
export interface IssuerChange {
  readonly provider?: string | undefined
  readonly accountId?: string | undefined
  readonly password?: SecretBytes | undefined
  readonly organizationId?: string | undefined
  readonly administrators?: CertificateIssuer['administrators'] | undefined
  readonly enabled?: boolean | undefined
}

/** Defines an issuer, or defines it anew. Its password is sealed and never shown. Raises `InvalidBody`. */
export async function setIssuer(
  context: Needs<'certificateIssuers' | 'ground'>,
  call: Call,
  request: ObjectName & { readonly permit: Permit<'issuer.write'>; readonly change: IssuerChange & { readonly provider: string } },
): Promise<CertificateIssuer> {
  const { permit, vault, name, change } = request
  assertPermits(permit, issuerScope(vault, name))
  if (Object.hasOwn(issuerKinds, name.toLowerCase()))
    throw new Problem({ code: 'InvalidBody', details: { name: 'name', message: 'must not be that of an issuer which every vault has' } })
  const before = await issuerOf(context, call, { vault, name })
  const { certificateIssuers } = context
  if (before !== undefined) return stageChange(context, call, { issuer: before, change, anew: true })
  const there = await certificateIssuers.list(call, vault.compartment, { collection: [], after: 0, limit: issuersMax })
  if (there.length >= issuersMax)
    throw new Problem({ code: 'NotSupported', details: { message: `A vault has at most ${issuersMax} issuers.` } })
  const now = wholeSecond(call.at)
  const value = issuerAfter({ name, provider: change.provider, administrators: [], enabled: true, createdAt: now, updatedAt: now }, change)
  const made = certificateIssuers.create(call, vault.compartment, { path: objectPath(name), value })
  keepPassword(context, call, { id: made.id, password: change.password })
  return made.value
}

/** Changes what is named of an issuer. Raises `CertificateIssuerNotFound`. */
export async function updateIssuer(
  context: Needs<'certificateIssuers' | 'ground'>,
  call: Call,
  request: ObjectName & { readonly permit: Permit<'issuer.write'>; readonly change: IssuerChange },
): Promise<CertificateIssuer> {
  const { permit, vault, name, change } = request
  assertPermits(permit, issuerScope(vault, name))
  return stageChange(context, call, { issuer: await requireIssuer(context, call, { vault, name }), change, anew: false })
}

/** Anew, nothing stays of it but its name and when it was made. */
function stageChange(
  context: Needs<'certificateIssuers' | 'ground'>,
  call: Call,
  how: { readonly issuer: HeldIssuer; readonly change: IssuerChange; readonly anew: boolean },
): CertificateIssuer {
  const { issuer, change, anew } = how
  const { name, provider, createdAt } = issuer.value
  const base: CertificateIssuer = anew
    ? { name, provider, createdAt, updatedAt: createdAt, administrators: [], enabled: true }
    : issuer.value
  if (anew) call.materials.push({ removeOf: issuer.id })
  keepPassword(context, call, { id: issuer.id, password: change.password })
  return context.certificateIssuers.update(call, issuer, { ...issuerAfter(base, change), updatedAt: wholeSecond(call.at) }).value
}

function issuerAfter(before: CertificateIssuer, change: IssuerChange): CertificateIssuer {
  const { provider = before.provider, accountId = before.accountId, organizationId = before.organizationId } = change
  const { administrators = before.administrators, enabled = before.enabled } = change
  return {
    ...before,
    provider,
    ...(accountId !== undefined && { accountId }),
    ...(organizationId !== undefined && { organizationId }),
    administrators,
    enabled,
  }
}

function keepPassword(
  { ground }: Needs<'ground'>,
  call: Call,
  { id, password }: { readonly id: HeldIssuer['id']; readonly password: SecretBytes | undefined },
): void {
  if (password === undefined) return
  const place = { id, version: passwordVersion }
  call.materials.push({ place, material: ground.barrier.sealMaterial(place, password.bytes) })
}

/** One issuer's definition. Raises `CertificateIssuerNotFound`. */
export async function getIssuer(
  context: Needs<'certificateIssuers'>,
  call: Call,
  request: ObjectName & { readonly permit: Permit<'issuer.read'> },
): Promise<CertificateIssuer> {
  const { permit, vault, name } = request
  assertPermits(permit, issuerScope(vault, name))
  return (await requireIssuer(context, call, { vault, name })).value
}

/** All issuers of a vault, in the order of their making. */
export async function listIssuers(
  { certificateIssuers }: Needs<'certificateIssuers'>,
  call: Call,
  request: Page & { readonly permit: Permit<'issuer.list'>; readonly vault: Vault },
): Promise<Listed<CertificateIssuer>> {
  const { permit, vault, after, limit } = request
  assertPermits(permit, vault.scope)
  const rows = await certificateIssuers.list(call, vault.compartment, { collection: [], after, limit: limit + 1 })
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return { items: page.map(row => row.value), ...(rows.length > limit && last !== undefined && { next: last.ord }) }
}

/** Takes an issuer away with its password; certificates that it issued stay. Raises `CertificateIssuerNotFound`. */
export async function deleteIssuer(
  context: Needs<'certificateIssuers'>,
  call: Call,
  request: ObjectName & { readonly permit: Permit<'issuer.delete'> },
): Promise<CertificateIssuer> {
  const { permit, vault, name } = request
  assertPermits(permit, issuerScope(vault, name))
  const issuer = await requireIssuer(context, call, { vault, name })
  context.certificateIssuers.remove(call, issuer)
  call.materials.push({ removeOf: issuer.id })
  return issuer.value
}
