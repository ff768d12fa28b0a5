import { Problem } from '#model/problem.ts'
import { lookUp } from '#model/names.ts'
import type { Permit } from '#domain/access/permit.ts'
import type { Permission } from '#domain/access/permissions.ts'
import type { Call } from '#domain/call.ts'
import type { Held } from '#domain/records/family.ts'
import { assertNotLinked, existing, invalidInput, type Entity, type Named } from './entities.ts'
import { assertIdentityPolicy } from './policy-text.ts'
import { countedSize, inlineQuotas } from './quotas.ts'

/** Users, groups and roles: what policies are put in and attached to. */
export interface PolicyHolder extends Entity {
  readonly inlinePolicies: Readonly<Record<string, string>>
  readonly attachedPolicies: readonly string[]
  /** Of a role: the service that owns it. */
  readonly linkedTo?: string | undefined
}
export type HolderType = 'user' | 'group' | 'role'
export type NamedHolder<T extends PolicyHolder> = Named<T, HolderType>

interface OfHolder<T extends PolicyHolder> {
  readonly permit: Permit<Permission>
  readonly holder: NamedHolder<T>
  readonly policy: string
}

/** What is there, to be changed. Raises `EntityNotFound`, `EntityUnmodifiable`. */
export function changeable<T extends PolicyHolder>(permit: Permit<Permission>, holder: Named<T>): Held<T, readonly [name: string]> {
  const held = existing(permit, holder)
  assertNotLinked(held.value)
  return held
}

const noPolicy = (type: HolderType, name: string): Problem =>
  new Problem({ code: 'EntityNotFound', details: { type: `${type}Policy`, name } })

/** Written or written over. Raises `EntityNotFound`, `PolicyMalformed`, `LimitExceeded`. */
export function putInlinePolicy<T extends PolicyHolder>(call: Call, request: OfHolder<T> & { readonly document: string }): void {
  const { permit, holder, policy, document } = request
  const held = changeable(permit, holder)
  assertIdentityPolicy(document)
  if (policy === '__proto__') throw invalidInput('The specified value for policyName is invalid.')
  const inlinePolicies = { ...held.value.inlinePolicies, [policy]: document }
  const size = Object.values(inlinePolicies).reduce((sum, text) => sum + countedSize(text), 0)
  const limit = inlineQuotas[holder.type]
  if (size > limit)
    throw new Problem({
      code: 'LimitExceeded',
      details: { message: `Maximum policy size of ${limit} bytes exceeded for ${holder.type} ${held.value.name}` },
    })
  holder.records.update(call, held, { ...held.value, inlinePolicies })
}

/** Its text, byte for byte as it was written. Raises `EntityNotFound`. */
export function inlinePolicy<T extends PolicyHolder>({ permit, holder, policy }: OfHolder<T>): string {
  const document = lookUp(existing(permit, holder).value.inlinePolicies, policy)
  if (document === undefined) throw noPolicy(holder.type, policy)
  return document
}

/** Raises `EntityNotFound`. */
export function deleteInlinePolicy<T extends PolicyHolder>(call: Call, { permit, holder, policy }: OfHolder<T>): void {
  const held = changeable(permit, holder)
  if (lookUp(held.value.inlinePolicies, policy) === undefined) throw noPolicy(holder.type, policy)
  const { [policy]: _, ...inlinePolicies } = held.value.inlinePolicies
  holder.records.update(call, held, { ...held.value, inlinePolicies })
}
