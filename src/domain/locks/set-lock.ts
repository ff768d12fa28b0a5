import { Problem } from '#model/problem.ts'
import type { Scope } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Context, Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { relation } from '#domain/access/scope-assignments.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import type { Held } from '#domain/records/family.ts'
import { actorName } from '#domain/resources/envelope.ts'
import { refuseNowhere } from '#domain/resources/find-place.ts'
import type { Lock } from './records.ts'

export type HeldLock = Held<Lock, readonly [place: string, name: string]>

export const lockType = 'Microsoft.Authorization/locks'
/** Of one place: Azure's published limit. */
const locksMax = 20

export interface LockName {
  readonly subscriptionId: string
  readonly scope: Scope
  readonly name: string
}

const pathOf = ({ scope, name }: LockName) => [scope.at(-1) ?? '', name.toLowerCase()] as const

export async function lockNamed(context: Needs<'locks'>, call: Call, at: LockName): Promise<HeldLock | undefined> {
  return context.locks.get(call, compartmentOfGuid(at.subscriptionId), pathOf(at))
}

export interface SetLock extends LockName {
  readonly permit: Permit<'lock.write'>
  readonly scopeId: string
  readonly level: Lock['level']
  readonly notes: string | undefined
  readonly owners: readonly string[]
}

/** Makes a lock or changes it; it holds from the next request on. Raises `ResourceNotFound` and its kin where there is nothing to lock. */
export async function setLock(
  context: Context,
  call: Call,
  request: SetLock,
): Promise<{ readonly lock: HeldLock; readonly created: boolean }> {
  const { permit, scope, scopeId, level, notes, owners } = request
  assertPermits(permit, scope)
  await refuseNowhere(context, call, scope)
  const said = { level, owners: [...owners], ...(notes !== undefined && { notes }) }
  const found = await lockNamed(context, call, request)
  if (found !== undefined) {
    const { notes: _before, ...rest } = found.value
    return { lock: context.locks.update(call, found, { ...rest, ...said }), created: false }
  }
  const home = compartmentOfGuid(request.subscriptionId)
  const there = context.locks.all(call, home, ({ path: [place] }) => place === scope.at(-1))
  if (context.instance.throttle && there.length >= locksMax)
    throw new Problem({
      code: 'ArmRefused',
      details: {
        status: 409,
        code: 'ManagementLockQuotaExceeded',
        message: `The scope '${scopeId}' has ${locksMax} locks already, and can have no more.`,
      },
    })
  const value = { name: request.name, scopeId, scope, ...said, createdAt: call.at, createdBy: actorName(call) }
  return { lock: context.locks.create(call, home, { path: pathOf(request), value }), created: true }
}

/** Answers whether there was one. */
export async function deleteLock(
  context: Needs<'locks'>,
  call: Call,
  request: LockName & { readonly permit: Permit<'lock.delete'> },
): Promise<boolean> {
  assertPermits(request.permit, request.scope)
  const found = await lockNamed(context, call, request)
  if (found !== undefined) context.locks.remove(call, found)
  return found !== undefined
}

/** Those of a place and above it, which it inherits; and, unless only these are asked for, those below. */
export function locksAround(
  context: Needs<'locks'>,
  call: Call,
  { subscriptionId, scope, below }: Pick<LockName, 'subscriptionId' | 'scope'> & { readonly below: boolean },
): readonly HeldLock[] {
  return context.locks.all(call, compartmentOfGuid(subscriptionId), ({ value }) => {
    const where = relation(value.scope, scope)
    return where !== undefined && (below || where !== 'below')
  })
}
