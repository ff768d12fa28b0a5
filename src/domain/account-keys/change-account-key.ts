import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Permit } from '#domain/access/permit.ts'
import type { Page } from '#domain/records/records.ts'
import { pageOfVersions, type Listed } from '#domain/vault-objects/list-objects.ts'
import type { HeldAccountKey } from './find-account-key.ts'
import { assertKeyState } from './key-states.ts'
import { withTags, type KeyTags } from './key-tags.ts'
import { assertPermitsKey } from './permit-account-key.ts'
import { stageChange } from './stage-change.ts'

type ChangingNeeds = Needs<'accountKeys' | 'keyStores'>

/** Lets a key be used again; a rotation that was missed meanwhile is due at once. Raises as `assertKeyState`. */
export async function enableAccountKey(
  context: ChangingNeeds,
  call: Call,
  { permit, key }: { readonly permit: Permit<'accountKey.enable'>; readonly key: HeldAccountKey },
): Promise<void> {
  assertPermitsKey(permit, key)
  await assertKeyState(context, call, { key, operation: 'enable' })
  if (!key.value.enabled) stageChange(context, call, { key, change: { enabled: true } })
}

/** Nothing is done with a key from the answer on. Raises as `assertKeyState`. */
export async function disableAccountKey(
  context: ChangingNeeds,
  call: Call,
  { permit, key }: { readonly permit: Permit<'accountKey.disable'>; readonly key: HeldAccountKey },
): Promise<void> {
  assertPermitsKey(permit, key)
  await assertKeyState(context, call, { key, operation: 'disable' })
  if (key.value.enabled) stageChange(context, call, { key, change: { enabled: false } })
}

/** Raises as `assertKeyState`. */
export async function describeAnew(
  context: ChangingNeeds,
  call: Call,
  request: { readonly permit: Permit<'accountKey.updateDescription'>; readonly key: HeldAccountKey; readonly description: string },
): Promise<void> {
  const { permit, key, description } = request
  assertPermitsKey(permit, key)
  await assertKeyState(context, call, { key, operation: 'updateDescription' })
  stageChange(context, call, { key, change: { description } })
}

/** Adds tags and overwrites those of the same keys. Raises `TagsInvalid` and as `assertKeyState`. */
export async function tagAccountKey(
  context: ChangingNeeds,
  call: Call,
  request: { readonly permit: Permit<'accountKey.tag'>; readonly key: HeldAccountKey; readonly tags: KeyTags },
): Promise<void> {
  const { permit, key, tags } = request
  assertPermitsKey(permit, key)
  await assertKeyState(context, call, { key, operation: 'tag' })
  stageChange(context, call, { key, change: { tags: withTags(key.value.tags, tags) } })
}

/** Tags that are not there are none the less gone. Raises as `assertKeyState`. */
export async function untagAccountKey(
  context: ChangingNeeds,
  call: Call,
  request: { readonly permit: Permit<'accountKey.untag'>; readonly key: HeldAccountKey; readonly tagKeys: readonly string[] },
): Promise<void> {
  const { permit, key, tagKeys } = request
  assertPermitsKey(permit, key)
  await assertKeyState(context, call, { key, operation: 'untag' })
  stageChange(context, call, { key, change: { tags: key.value.tags.filter(tag => !tagKeys.includes(tag.key)) } })
}

/** A page of the tags, in the order of their writing; a key in any state has them. */
export function listTags({
  permit,
  key,
  ...page
}: Page & { readonly permit: Permit<'accountKey.listTags'>; readonly key: HeldAccountKey }): Listed<KeyTags[number]> {
  assertPermitsKey(permit, key)
  return pageOfVersions(key.value.tags, page)
}
