import { Problem } from '#model/problem.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Held } from '#domain/records/family.ts'
import { addAccessKey, type MadeAccessKey } from './access-keys.ts'
import { rootArn } from './arn.ts'
import { forgetUses } from './credential-uses.ts'
import { accountScope, existing, type NamedUser } from './entities.ts'
import { assertQuota } from './quotas.ts'
import type { AccessKey, AccountUser } from './records.ts'

export type HeldAccessKey = Held<AccessKey, readonly [id: string]>

/** Whose keys: a user's, or those of the account's root. */
export type KeyOwner = { readonly user: NamedUser } | { readonly root: string }

const accountOfOwner = (owner: KeyOwner): string => ('user' in owner ? owner.user.accountId : owner.root)

/** More than the quota: what is there is always seen whole. */
const keysMax = 1_000

export const keysOfUser = async (context: Needs<'accessKeys' | 'instance'>, call: Call, { accountId, name, id }: AccountUser) =>
  (await keysOf(context, call, { accountId, user: name.toLowerCase() })).filter(({ value }) => value.userId === id)

async function keysOf(
  context: Needs<'accessKeys' | 'instance'>,
  call: Call,
  of: { readonly accountId: string; readonly user: string },
): Promise<readonly HeldAccessKey[]> {
  const tag = ['of', of.accountId, of.user]
  return context.accessKeys.listTagged(call, context.instance.installation, { tag, after: 0, limit: keysMax })
}

/** The owner's keys, opened by the permit. Raises `EntityNotFound` for a user that is not there. */
async function ownersKeys(
  context: Needs<'accessKeys' | 'instance'>,
  call: Call,
  {
    permit,
    owner,
  }: { readonly permit: Permit<'accessKey.list' | 'accessKey.create' | 'accessKey.update' | 'accessKey.delete'>; readonly owner: KeyOwner },
): Promise<readonly HeldAccessKey[]> {
  if ('user' in owner) return keysOfUser(context, call, existing(permit, owner.user).value)
  assertPermits(permit, accountScope(owner.root, rootArn(owner.root)))
  return keysOf(context, call, { accountId: owner.root, user: '' })
}

export const listAccessKeys = async (
  context: Needs<'accessKeys' | 'instance'>,
  call: Call,
  request: { readonly permit: Permit<'accessKey.list'>; readonly owner: KeyOwner },
): Promise<readonly HeldAccessKey[]> => ownersKeys(context, call, request)

/** Two live at once, so that one can be replaced without a pause. Raises `EntityNotFound`, `LimitExceeded` for a third. */
export async function createAccessKey(
  context: Needs<'accessKeys' | 'instance' | 'ground'>,
  call: Call,
  request: { readonly permit: Permit<'accessKey.create'>; readonly owner: KeyOwner },
): Promise<MadeAccessKey> {
  const { owner } = request
  assertQuota('AccessKeysPerUser', (await ownersKeys(context, call, request)).length + 1)
  const user = 'user' in owner ? owner.user.held?.value : undefined
  return addAccessKey(context, call, { accountId: accountOfOwner(owner), user })
}

const noKey = (id: string): Problem => new Problem({ code: 'EntityNotFound', details: { type: 'accessKey', name: id } })

/** From the next request on. Raises `EntityNotFound` for a key of somebody else. */
export async function setAccessKeyActive(
  context: Needs<'accessKeys' | 'instance'>,
  call: Call,
  request: { readonly permit: Permit<'accessKey.update'>; readonly owner: KeyOwner; readonly id: string; readonly active: boolean },
): Promise<void> {
  const key = (await ownersKeys(context, call, request)).find(({ value }) => value.id === request.id)
  if (key === undefined) throw noKey(request.id)
  context.accessKeys.update(call, key, { ...key.value, active: request.active })
}

/** With its secret. Raises `EntityNotFound` for a key of somebody else. */
export async function deleteAccessKey(
  context: Needs<'accessKeys' | 'credentialUses' | 'latestUses' | 'instance'>,
  call: Call,
  request: { readonly permit: Permit<'accessKey.delete'>; readonly owner: KeyOwner; readonly id: string },
): Promise<void> {
  const key = (await ownersKeys(context, call, request)).find(({ value }) => value.id === request.id)
  if (key === undefined) throw noKey(request.id)
  context.accessKeys.remove(call, key)
  call.materials.push({ removeOf: key.id })
  await forgetUses(context, call, request.id)
}

/** A key by its id alone, of this account. */
export async function accessKeyById(
  context: Needs<'accessKeys' | 'instance'>,
  call: Call,
  at: { readonly accountId: string; readonly id: string },
): Promise<HeldAccessKey | undefined> {
  const held = await context.accessKeys.get(call, context.instance.installation, [at.id])
  return held?.value.accountId === at.accountId ? held : undefined
}
