import { Problem } from '#model/problem.ts'
import type { Permit } from '#domain/access/permit.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { kindOfObject } from '#domain/groups/object-kind.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import type { Held } from '#domain/records/family.ts'
import type { Records } from '#domain/records/records.ts'
import { assertManages, type OwnedSet } from './owned-scope.ts'
import { applicationById } from './change-application.ts'

export interface OwnedName {
  readonly tenantId: string
  readonly set: OwnedSet
  readonly id: string
}

interface OwnerChange extends OwnedName {
  readonly permit: Permit<'directory.write' | 'directory.createGroup'>
  readonly ownerId: string
}

type OwnedNeeds = Needs<OwnedSet | 'users'>

const ownersMax = 100
const missing = (id: string): Problem => new Problem({ code: 'DirectoryObjectNotFound', details: { id } })
const refused = (message: string): Problem => new Problem({ code: 'InvalidBody', details: { message } })

/** An owned object's list, and how it is replaced: the families differ, the list does not. */
interface Owned {
  readonly owners: readonly string[]
  replace(owners: readonly string[]): void
}

/** Object ids, in the order in which they became owners. Raises `DirectoryObjectNotFound`. */
export async function ownersOf(context: OwnedNeeds, call: Call, named: OwnedName): Promise<readonly string[]> {
  return (await ownedBy(context, call, named)).owners
}

/** Ids that a new object is to be owned by, each once. Raises `DirectoryObjectNotFound`, `InvalidBody` for one that can own nothing. */
export async function newOwners(
  context: OwnedNeeds,
  call: Call,
  { tenantId, ids }: { readonly tenantId: string; readonly ids: readonly string[] },
): Promise<readonly string[]> {
  const owners = [...new Set(ids.map(id => id.toLowerCase()))]
  for (const id of owners) await checkOwns(context, call, { tenantId, id })
  return owners
}

async function checkOwns(context: OwnedNeeds, call: Call, named: { readonly tenantId: string; readonly id: string }): Promise<void> {
  const kind = await kindOfObject(context, call, named)
  if (kind === undefined) throw missing(named.id)
  if (kind !== 'user' && kind !== 'servicePrincipal') throw refused('Users and service principals alone can be owners.')
}

/** Raises `InvalidBody` for one that is there already or can own nothing, `DirectoryObjectNotFound`. */
export async function addOwner(context: OwnedNeeds, call: Call, change: OwnerChange): Promise<void> {
  assertManages(change.permit, change)
  const ownerId = change.ownerId.toLowerCase()
  call.details.set('ownerId', ownerId)
  const owned = await ownedBy(context, call, change)
  await checkOwns(context, call, { tenantId: change.tenantId, id: ownerId })
  if (owned.owners.includes(ownerId))
    throw refused("One or more added object references already exist for the following modified properties: 'owners'.")
  if (owned.owners.length >= ownersMax) throw refused(`An object has ${ownersMax} owners at most.`)
  owned.replace([...owned.owners, ownerId])
}

/** Raises `DirectoryObjectNotFound` where it is no owner. */
export async function removeOwner(context: OwnedNeeds, call: Call, change: OwnerChange): Promise<void> {
  assertManages(change.permit, change)
  const ownerId = change.ownerId.toLowerCase()
  call.details.set('ownerId', ownerId)
  const owned = await ownedBy(context, call, change)
  if (!owned.owners.includes(ownerId)) throw missing(ownerId)
  // Graph, "Remove group owner": once it has owners, the last user among them stays.
  if (change.set === 'groups' && (await isLastUser(context, call, { ...change, ownerId, owners: owned.owners })))
    throw refused('The group must have at least one owner, hence this owner cannot be removed.')
  owned.replace(owned.owners.filter(owner => owner !== ownerId))
}

async function isLastUser(
  context: OwnedNeeds,
  call: Call,
  { tenantId, ownerId, owners }: { readonly tenantId: string; readonly ownerId: string; readonly owners: readonly string[] },
): Promise<boolean> {
  const compartment = compartmentOfGuid(tenantId)
  const users = await Promise.all(owners.map(async id => ((await context.users.get(call, compartment, [id])) === undefined ? [] : [id])))
  return users.flat().join() === ownerId
}

async function ownedBy(context: OwnedNeeds, call: Call, named: OwnedName): Promise<Owned> {
  const at = [call, compartmentOfGuid(named.tenantId), [named.id.toLowerCase()]] as const
  if (named.set === 'groups') return listOf(context.groups, call, { held: await context.groups.get(...at), id: named.id })
  if (named.set === 'applications')
    return listOf(context.applications, call, { held: await applicationById(context, call, named), id: named.id })
  return listOf(context.servicePrincipals, call, { held: await context.servicePrincipals.get(...at), id: named.id })
}

function listOf<T extends { readonly owners?: readonly string[] | undefined }>(
  records: Records<T, readonly [id: string]>,
  call: Call,
  { held, id }: { readonly held: Held<T, readonly [id: string]> | undefined; readonly id: string },
): Owned {
  if (held === undefined) throw missing(id)
  return {
    owners: held.value.owners ?? [],
    replace: owners => void records.update(call, held, { ...held.value, owners: [...owners] }),
  }
}
