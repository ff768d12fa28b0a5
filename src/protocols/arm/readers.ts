import type { Scope } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import type { Permission } from '#domain/access/permissions.ts'
import { relation } from '#domain/access/scope-assignments.ts'
import { standsIn } from '#domain/resources/scopes.ts'
import { mayRead } from '#domain/resources/visible.ts'
import type { Ask } from '#protocols/http/operation.ts'

interface Reading {
  readonly ask: Ask
  readonly permission: Permission
  /** What is listed lies at this place and below it. */
  readonly on: Scope
}

/** Lets in whoever has any role at a place, above it or below it, and asks of all others what they lack: to a stranger not even an empty list is shown. Raises `AccessDenied`. */
export function admitAround(context: Context, call: Call, { ask, permission, on }: Reading): void {
  const around = context.rbac.assignmentsOf(call.who).some(({ value }) => relation(value.scope, on) !== undefined)
  if (!around || mayRead(context, call, { permission, on })) ask(permission, { on })
}

/** What lies at a place or below it and the caller may read: all of it by a role here or above, some of it by a role below, as ARM filters its lists. Raises `AccessDenied`. */
export function readableIn(
  context: Context,
  call: Call,
  reading: Reading,
): (held: { readonly value: { readonly scope: Scope } }) => boolean {
  admitAround(context, call, reading)
  const { permission, on } = reading
  // A role is inherited: what may be read here may be read below.
  const whole = mayRead(context, call, { permission, on })
  return ({ value }) => standsIn(value.scope, on) && (whole || mayRead(context, call, { permission, on: value.scope }))
}
