import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import type { DeletedKind, DeletedObject } from '#domain/deleted-objects/records.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { applicationEntity, groupEntity, principalEntity, userEntity } from './entities.ts'
import { shownOf, type Entity } from './entity.ts'
import { tenantOfCaller } from './site.ts'
import { instant } from './shapes.ts'

/** A deleted object as its noun shows it, and since when it is deleted. */
export const deletedShown = ({ object, deletedAt }: Pick<DeletedObject, 'object' | 'deletedAt'>): Readonly<Record<string, unknown>> => ({
  '@odata.type': `#microsoft.graph.${object.kind}`,
  ...ofNoun(object),
  deletedDateTime: instant(deletedAt),
})

/** Its name is free meanwhile: what is shown begins with the object's own id, as Graph has it. */
function ofNoun(object: DeletedObject['object']): Readonly<Record<string, unknown>> {
  if (object.kind === 'application') return shownOf(applicationEntity, object.value)
  if (object.kind === 'servicePrincipal') return shownOf(principalEntity, object.value)
  if (object.kind === 'group') return shownOf(groupEntity, object.value)
  const { id, userPrincipalName } = object.value
  return { ...shownOf(userEntity, object.value), userPrincipalName: `${id.replaceAll('-', '')}${userPrincipalName}` }
}

const filtersOf = {
  user: userEntity,
  group: groupEntity,
  application: applicationEntity,
  servicePrincipal: principalEntity,
} as const satisfies Record<DeletedKind, Entity<never>>

/** The deleted of one noun, and what of them filters and selections know: the noun's own properties. */
export function deletedEntity(kind: DeletedKind): Entity<DeletedObject> {
  const names = [...new Set([...Object.keys(filtersOf[kind].properties), 'deletedDateTime'])]
  return {
    type: kind,
    set: 'directoryObjects',
    properties: Object.fromEntries(
      names.map(name => [name, { of: (value: DeletedObject) => textOf(deletedShown(value)[name]), filter: true }]),
    ),
    show: (value, selected) => {
      const all = deletedShown(value)
      if (selected === undefined) return all
      return Object.fromEntries(['@odata.type', ...selected].map(name => [name, all[name] ?? null]))
    },
  }
}

const textOf = (value: unknown): string | boolean | null => (typeof value === 'string' || typeof value === 'boolean' ? value : null)

/** The tenant's deleted objects of one noun, for as long as they can be had back. */
export const deletedOf = (context: Context, call: Call, { kind, until }: { readonly kind: DeletedKind; readonly until: number }) =>
  context.deletedObjects.all(
    call,
    compartmentOfGuid(tenantOfCaller(call)),
    ({ value }) => value.object.kind === kind && value.deletedAt > until,
  )
