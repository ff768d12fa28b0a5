import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { isOwn } from './change-application.ts'
import type { HeldApplication } from './directory.ts'

/** An application of the tenant's own by its object id, its client id or its name, in any case. Raises `DirectoryObjectNotFound`, and `Conflict` where several have the name. */
export function applicationNamed(
  context: Needs<'applications'>,
  call: Call,
  { tenantId, name }: { readonly tenantId: string; readonly name: string },
): HeldApplication {
  const wanted = name.toLowerCase()
  const found = context.applications.all(
    call,
    compartmentOfGuid(tenantId),
    ({ value }) => isOwn(value) && [value.id, value.appId, value.displayName.toLowerCase()].includes(wanted),
  )
  const [first, ...others] = found
  if (first === undefined) throw new Problem({ code: 'DirectoryObjectNotFound', details: { id: name.slice(0, 256) } })
  if (others.length === 0) return first
  const message = `${found.length} applications are called ${name}: say which by its client id, ${found.map(({ value }) => value.appId).join(', ')}.`
  throw new Problem({ code: 'Conflict', details: { message } })
}
