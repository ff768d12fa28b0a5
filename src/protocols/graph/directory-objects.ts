import { lookUp } from '#model/names.ts'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Context, Needs } from '#domain/context.ts'
import { isOwn } from '#domain/identity/change-application.ts'
import { principalById } from '#domain/identity/directory.ts'
import type { Identity } from '#domain/identity/identity.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import type { Held } from '#domain/records/family.ts'
import { applicationEntity, groupEntity, principalEntity, userEntity } from './entities.ts'
import { withApplication } from './shown-principal.ts'
import { filterable, shownOf, type Entity } from './entity.ts'

/** An object of the directory whose noun is known by itself alone. */
export interface DirectoryObject {
  /** `group`, `servicePrincipal`, …: as `@odata.type` ends. */
  readonly type: string
  readonly id: string
  readonly displayName: string
  readonly ord: number
  /** With its `@odata.type`, and of the rest what was selected. */
  shown(names?: readonly string[]): Readonly<Record<string, unknown>>
}

interface Named {
  readonly id: string
  readonly displayName: string
}

const objectOf = <T extends Named>(entity: Entity<T>, { value, ord }: Held<T>): DirectoryObject => ({
  type: entity.type,
  id: value.id,
  displayName: value.displayName,
  ord,
  shown: names => ({
    '@odata.type': `#microsoft.graph.${entity.type}`,
    ...shownOf(
      entity,
      value,
      names?.filter(name => Object.hasOwn(entity.properties, name)),
    ),
  }),
})

/** A list in which nouns stand side by side: each is shown as what it is. */
export const anyEntity: Entity<DirectoryObject> = {
  type: 'directoryObject',
  set: 'directoryObjects',
  properties: { id: filterable(value => value.id), displayName: filterable(value => value.displayName) },
  empty: [principalEntity, userEntity, groupEntity, applicationEntity].flatMap(({ properties }) => Object.keys(properties)),
  show: (value, names) => value.shown(names),
}

type Finder = (context: Context, call: Call, at: { readonly tenantId: string; readonly id: string }) => Promise<DirectoryObject | undefined>

/** Every noun that an id can be of. */
const finders: readonly Finder[] = [
  async (context, call, { tenantId, id }) => {
    const held = await principalById(context, call, tenantId, id)
    return held && objectOf(principalEntity, { ...held, value: withApplication(context, held.value) })
  },
  async (context, call, { tenantId, id }) => {
    const held = await context.users.get(call, compartmentOfGuid(tenantId), [id.toLowerCase()])
    return held && objectOf(userEntity, held)
  },
  async (context, call, { tenantId, id }) => {
    const held = await context.groups.get(call, compartmentOfGuid(tenantId), [id.toLowerCase()])
    return held && objectOf(groupEntity, held)
  },
  async (context, call, { tenantId, id }) => {
    const held = await context.applications.get(call, compartmentOfGuid(tenantId), [id.toLowerCase()])
    return held !== undefined && isOwn(held.value) ? objectOf(applicationEntity, held) : undefined
  },
]

/** The object of that id in a tenant's directory, whatever it is. */
export const objectById: Finder = async (context, call, at) => {
  for (const find of finders) {
    const found = await find(context, call, at)
    if (found !== undefined) return found
  }
  return undefined
}

const typesOfSets: Readonly<Record<string, string>> = {
  groups: 'group',
  users: 'user',
  serviceprincipals: 'servicePrincipal',
  directoryobjects: '',
}

/** The object that a path names by set and id. Raises `UnknownRoute` for a set whose objects are in no groups, `DirectoryObjectNotFound`. */
export async function objectInSet(
  context: Context,
  call: Call,
  named: { readonly tenantId: string; readonly set: string; readonly id: string },
): Promise<DirectoryObject> {
  const type = lookUp(typesOfSets, named.set.toLowerCase())
  if (type === undefined) throw new Problem({ code: 'UnknownRoute' })
  const { tenantId, id } = named
  // A user is named by his principal name as well.
  const byName = type === 'user' && id.includes('@') ? context.identity.index.userOfName(tenantId, id)?.value.id : undefined
  const found = await objectById(context, call, { tenantId, id: byName ?? id })
  if (found === undefined || (type !== '' && found.type !== type))
    throw new Problem({ code: 'DirectoryObjectNotFound', details: { id: named.id } })
  return found
}

/** A place in a list, and the object that stands there. */
export interface Placed {
  readonly ord: number
  readonly id: string
}

/**
 * The objects of a list that are there, of one type where a cast names it: what can be in groups and own. Read from the indexes: a group may have
 * very many members, and all of it is rulings, so that the answer stands on it anyway.
 */
export function objectsAt(
  { identity }: Needs<'identity'>,
  asked: { readonly tenantId: string; readonly places: readonly Placed[]; readonly type?: string | undefined },
): readonly { readonly ord: number; readonly value: DirectoryObject }[] {
  const { tenantId, places, type } = asked
  return places.flatMap(({ ord, id }) => {
    const value = indexed(identity, tenantId, id)
    return value === undefined || (type !== undefined && value.type.toLowerCase() !== type) ? [] : [{ ord, value }]
  })
}

function indexed(identity: Identity, tenantId: string, id: string): DirectoryObject | undefined {
  const { index, memberships } = identity
  const principal = index.servicePrincipal(tenantId, id)
  if (principal !== undefined) return objectOf(principalEntity, { ...principal, value: withApplication({ identity }, principal.value) })
  const user = index.user(tenantId, id)
  if (user !== undefined) return objectOf(userEntity, user)
  const group = memberships.group(id)
  return group?.value.tenantId === tenantId ? objectOf(groupEntity, group) : undefined
}

/** Whatever somebody owns: applications, their principals, groups, each noun in the order of its making. */
export function objectsOwnedBy(
  context: Needs<'applications' | 'servicePrincipals' | 'groups' | 'identity'>,
  call: Call,
  { tenantId, ownerId }: { readonly tenantId: string; readonly ownerId: string },
): readonly { readonly ord: number; readonly value: DirectoryObject }[] {
  const compartment = compartmentOfGuid(tenantId)
  const owned = ({ value: { owners = [] } }: { readonly value: { readonly owners?: readonly string[] | undefined } }): boolean =>
    owners.includes(ownerId)
  const found = [
    ...context.applications.all(call, compartment, held => isOwn(held.value) && owned(held)).map(held => objectOf(applicationEntity, held)),
    ...context.servicePrincipals
      .all(call, compartment, owned)
      .map(held => objectOf(principalEntity, { ...held, value: withApplication(context, held.value) })),
    ...context.groups.all(call, compartment, owned).map(held => objectOf(groupEntity, held)),
  ]
  return found.map((value, at) => ({ ord: at + 1, value }))
}
