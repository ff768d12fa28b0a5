import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { wholeSecond } from '#domain/vault-objects/attributes.ts'
import { assertUnmanaged } from '#domain/vault-objects/managed.ts'
import { withDueAt } from './due.ts'
import { nominalDays, parseDuration, type Duration } from './durations.ts'
import { requireKey } from './find-key.ts'
import type { Key, RotationPolicy } from './records.ts'
import { keyScope, type KeyName } from './reference.ts'

export type LifetimeAction = RotationPolicy['lifetimeActions'][number]

/** What every policy has that names no other (key-vault.md 2.9). */
export const defaultNotify: LifetimeAction = { action: 'Notify', timeBeforeExpiry: 'P30D' }

const expiryDaysMin = 28
const triggerDaysMin = 7
/** A trigger stands at least so far from the end of the key's life. */
const marginDays = 7

/** The key with its policy, or with none: then the default notification holds. Raises `KeyNotFound`. */
export async function getRotationPolicy(
  context: Needs<'keys'>,
  call: Call,
  request: KeyName & { readonly permit: Permit<'key.readRotationPolicy'> },
): Promise<Key> {
  const { permit, vault, name } = request
  assertPermits(permit, keyScope(vault, name))
  return (await requireKey(context, call, { vault, name, version: 'current' })).key.value
}

/** Replaces the policy; the expiry of versions that are there does not change. Raises `KeyNotFound`, `KeyManaged`, `InvalidBody`. */
export async function setRotationPolicy(
  context: Needs<'keys'>,
  call: Call,
  request: KeyName & {
    readonly permit: Permit<'key.writeRotationPolicy'> | Permit<'vault.writeKey'>
    readonly lifetimeActions: readonly LifetimeAction[]
    readonly expiryTime?: string | undefined
  },
): Promise<Key> {
  const { permit, vault, name, lifetimeActions, expiryTime } = request
  assertPermits(permit, keyScope(vault, name))
  const { key } = await requireKey(context, call, { vault, name, version: 'current' })
  assertUnmanaged(key.value, 'KeyManaged', 'setrotationpolicy')
  const actions = checkedActions(lifetimeActions, checkedExpiry(expiryTime))
  const rotationPolicy: RotationPolicy = {
    lifetimeActions: actions,
    ...(expiryTime !== undefined && { expiryTime }),
    createdAt: key.value.rotationPolicy?.createdAt ?? wholeSecond(call.at),
    updatedAt: wholeSecond(call.at),
  }
  return context.keys.update(call, key, withDueAt({ ...key.value, rotationPolicy })).value
}

function refuse(name: string, message: string): never {
  throw new Problem({ code: 'InvalidBody', details: { name, message } })
}

function durationOf(name: string, text: string): Duration {
  return parseDuration(text) ?? refuse(name, 'must be an ISO 8601 duration of whole years, months, weeks, days, hours, minutes and seconds')
}

function checkedExpiry(text: string | undefined): Duration | undefined {
  if (text === undefined) return undefined
  const expiry = durationOf('attributes.expiryTime', text)
  if (nominalDays(expiry) < expiryDaysMin) refuse('attributes.expiryTime', `must be at least ${expiryDaysMin} days`)
  return expiry
}

/** Rotate first, then Notify: at most one of each, the default Notify where there is none. */
function checkedActions(given: readonly LifetimeAction[], expiry: Duration | undefined): LifetimeAction[] {
  for (const action of given) checkAction(action, expiry)
  const [rotate, secondRotate] = given.filter(({ action }) => action === 'Rotate')
  const [notify, secondNotify] = given.filter(({ action }) => action === 'Notify')
  if (secondRotate !== undefined || secondNotify !== undefined) refuse('lifetimeActions', 'must hold at most one action of each type')
  return [...(rotate === undefined ? [] : [rotate]), notify ?? defaultNotify]
}

function checkAction(asked: LifetimeAction, expiry: Duration | undefined): void {
  const { action, timeAfterCreate, timeBeforeExpiry } = asked
  if ((timeAfterCreate === undefined) === (timeBeforeExpiry === undefined))
    refuse('lifetimeActions.trigger', 'must be exactly one of timeAfterCreate and timeBeforeExpiry')
  if (action === 'Notify' && timeBeforeExpiry === undefined)
    refuse('lifetimeActions.trigger', 'must be timeBeforeExpiry for a Notify action')
  if (action === 'Rotate' && timeBeforeExpiry !== undefined && expiry === undefined)
    refuse('attributes.expiryTime', 'must be given for a Rotate action that is triggered by timeBeforeExpiry')
  checkTrigger(durationOf('lifetimeActions.trigger', timeAfterCreate ?? timeBeforeExpiry ?? ''), expiry)
}

function checkTrigger(trigger: Duration, expiry: Duration | undefined): void {
  if (nominalDays(trigger) < triggerDaysMin) refuse('lifetimeActions.trigger', `must be at least ${triggerDaysMin} days`)
  if (expiry !== undefined && nominalDays(trigger) > nominalDays(expiry) - marginDays)
    refuse('lifetimeActions.trigger', `must be at least ${marginDays} days shorter than the expiry time`)
}
