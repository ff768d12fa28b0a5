import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { isOwn } from '#domain/identity/change-application.ts'
import { principalById } from '#domain/identity/directory.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import type { Held } from '#domain/records/family.ts'
import { applicationEntity, principalEntity, userEntity } from './entities.ts'
import { shownOf, type Entity } from './entity.ts'

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

type Finder = (context: Context, call: Call, at: { readonly tenantId: string; readonly id: string }) => Promise<DirectoryObject | undefined>

/** Every noun that an id can be of. */
const finders: readonly Finder[] = [
  async (context, call, { tenantId, id }) => {
    const held = await principalById(context, call, tenantId, id)
    return held && objectOf(principalEntity, held)
  },
  async (context, call, { tenantId, id }) => {
    const held = await context.users.get(call, compartmentOfGuid(tenantId), [id.toLowerCase()])
    return held && objectOf(userEntity, held)
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
