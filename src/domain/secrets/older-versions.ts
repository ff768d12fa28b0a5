import assert from 'node:assert/strict'
import type { CompartmentId } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Held } from '#domain/records/family.ts'
import type { Page } from '#domain/records/records.ts'
import type { HeldObject } from '#domain/vault-objects/find-object.ts'
import type { Listed } from '#domain/vault-objects/list-objects.ts'
import { objectPath } from '#domain/vault-objects/reference.ts'
import { olderDueAt } from './due.ts'
import { versionsARecord, versionTag, type OlderVersions, type Secret, type SecretVersion } from './records.ts'

// Where the versions of a secret stand that are no longer among its newest (decision 0012). Of a managed secret all stand in its own record:
// its certificate makes as many as it is renewed.

export type HeldOlder = Held<OlderVersions, readonly [name: string, at: string]>
type OlderNeeds = Needs<'olderSecretVersions'>
interface Whose {
  readonly secret: HeldObject<Secret>
}

/** All of them are destroyed in one commit, which has its most. */
const recordsMax = 1_000
/** What was kept in one record before has more to move than one commit should. */
const movedAtOnce = 16

const olderPath = (name: string, at: number): readonly [name: string, at: string] => [...objectPath(name), String(at)]
export const versionCount = ({ older = 0, versions }: Pick<Secret, 'older' | 'versions'>): number => older + versions.length

/** The secret with its oldest moved out of its record, where it has twice as many as one of older ones takes. Raises `NotSupported`. */
export function withOlderMoved(
  { olderSecretVersions }: OlderNeeds,
  call: Call,
  { compartment, secret }: { readonly compartment: CompartmentId; readonly secret: Secret },
): Secret {
  const { managed, name, versions, older = 0 } = secret
  const moved = managed === true ? 0 : Math.min(Math.floor(versions.length / versionsARecord) - 1, movedAtOnce)
  if (moved <= 0) return secret
  const first = older / versionsARecord
  if (first + moved > recordsMax)
    throw new Problem({
      code: 'NotSupported',
      details: { message: `A secret has at most ${(recordsMax + 1) * versionsARecord} versions.` },
    })
  for (let at = 0; at < moved; at += 1) {
    const value = { versions: versions.slice(at * versionsARecord, (at + 1) * versionsARecord) }
    olderSecretVersions.create(call, compartment, { path: olderPath(name, first + at), value: olderDueAt(value) })
  }
  return { ...secret, versions: versions.slice(moved * versionsARecord), older: older + moved * versionsARecord }
}

/** The record that a version of this id has moved to. */
export async function olderWith(
  { olderSecretVersions }: OlderNeeds,
  call: Call,
  { secret, id }: Whose & { readonly id: string },
): Promise<HeldOlder | undefined> {
  if (secret.value.older === undefined) return undefined
  const tag = versionTag(secret.value.name, id)
  const [found] = await olderSecretVersions.listTagged(call, secret.compartment, { tag, after: -1, limit: 1 })
  return found
}

async function olderAt(
  { olderSecretVersions }: OlderNeeds,
  call: Call,
  { secret, at }: Whose & { readonly at: number },
): Promise<HeldOlder> {
  const found = await olderSecretVersions.get(call, secret.compartment, olderPath(secret.value.name, at))
  assert(found !== undefined, 'a secret without its older versions')
  return found
}

/** A page of all versions in the order of their making. */
export async function pageOfSecretVersions(
  context: OlderNeeds,
  call: Call,
  { secret, after, limit }: Page & Whose,
): Promise<Listed<SecretVersion>> {
  const { older = 0, versions } = secret.value
  const count = versionCount(secret.value)
  const end = Math.min(after + limit, count)
  const items: SecretVersion[] = []
  for (let at = after; at < Math.min(end, older); at = after + items.length) {
    const { value } = await olderAt(context, call, { secret, at: Math.floor(at / versionsARecord) })
    items.push(...value.versions.slice(at % versionsARecord, (at % versionsARecord) + end - at))
  }
  items.push(...versions.slice(Math.max(after - older, 0), Math.max(end - older, 0)))
  return { items, ...(end < count && { next: end }) }
}

/** The secret with all its versions, as its backup holds it. */
export async function wholeSecret(context: OlderNeeds, call: Call, secret: HeldObject<Secret>): Promise<HeldObject<Secret>> {
  const { items: versions } = await pageOfSecretVersions(context, call, { secret, after: 0, limit: versionCount(secret.value) })
  const { older: _, ...rest } = secret.value
  return { ...secret, value: { ...rest, versions: [...versions] } }
}

/** With the secret itself, in one commit. */
export async function destroyOlder(context: OlderNeeds, call: Call, secret: HeldObject<Secret>): Promise<void> {
  for (let at = 0; at * versionsARecord < (secret.value.older ?? 0); at += 1)
    context.olderSecretVersions.remove(call, await olderAt(context, call, { secret, at }))
}
