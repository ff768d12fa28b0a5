import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import type { HeldGroup } from './membership-index.ts'

interface Naming {
  readonly tenantId: string
  /** Object id, application id, user principal name or display name, in any case. */
  readonly name: string
}

const missing = (name: string): Problem => new Problem({ code: 'DirectoryObjectNotFound', details: { id: name.slice(0, 256) } })

/** Names may repeat in a directory: then the id has to be said. */
function only<T extends { readonly value: { readonly id: string } }>(found: readonly T[], name: string): T {
  const [first, ...others] = found
  if (first === undefined) throw missing(name)
  if (others.length === 0) return first
  const message = `${found.length} objects are called ${name}: say which by its id, ${found.map(({ value }) => value.id).join(', ')}.`
  throw new Problem({ code: 'Conflict', details: { message } })
}

/** Raises `DirectoryObjectNotFound`, and `Conflict` where several have the name. */
export function groupNamed(context: Needs<'groups'>, call: Call, { tenantId, name }: Naming): HeldGroup {
  const wanted = name.toLowerCase()
  const found = context.groups.all(
    call,
    compartmentOfGuid(tenantId),
    ({ value }) => value.id === wanted || value.displayName.toLowerCase() === wanted,
  )
  return only(found, name)
}

/** The id of whatever can be in a group. Raises as `groupNamed` does. */
export function memberNamed(context: Needs<'groups' | 'users' | 'servicePrincipals'>, call: Call, { tenantId, name }: Naming): string {
  const [home, wanted] = [compartmentOfGuid(tenantId), name.toLowerCase()]
  const is = (...names: readonly string[]): boolean => names.some(one => one.toLowerCase() === wanted)
  const found = [
    ...context.users.all(call, home, ({ value }) => is(value.id, value.userPrincipalName, value.displayName)),
    ...context.servicePrincipals.all(call, home, ({ value }) => is(value.id, value.appId, value.displayName)),
    ...context.groups.all(call, home, ({ value }) => is(value.id, value.displayName)),
  ]
  return only<{ readonly value: { readonly id: string } }>(found, name).value.id
}
