import { compartmentId } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { addAccessKey, type MadeAccessKey } from './access-keys.ts'
import type { Account } from './records.ts'

type Making = Needs<'accounts' | 'accessKeys' | 'instance' | 'ground'>

export interface NewAccount {
  readonly permit: Permit<'instance.operate'>
  /** Twelve digits. */
  readonly accountId: string
}

/** An account with a key of its root. Raises `EntityExists`. */
export async function addAccount(
  context: Making,
  call: Call,
  { permit, accountId }: NewAccount,
): Promise<{ readonly account: Account; readonly rootKey: MadeAccessKey }> {
  assertPermits(permit, rootScope)
  const account = await bringUpAccount(context, call, accountId)
  return { account, rootKey: await addAccessKey(context, call, { accountId }) }
}

/** An account without any key: for the first start, which nobody is asked about. Raises `EntityExists`. */
export async function bringUpAccount(context: Omit<Making, 'accessKeys'>, call: Call, accountId: string): Promise<Account> {
  const { accounts, instance, ground } = context
  if ((await accounts.get(call, instance.installation, [accountId])) !== undefined)
    throw new Problem({ code: 'EntityExists', details: { type: 'account', name: accountId } })
  // Once: what is sealed in one try must open in the next.
  const key = await call.once(`compartment of ${accountId}`, async () =>
    Promise.resolve(ground.barrier.newCompartment(compartmentId(Buffer.from(ground.random.bytes(16)).toString('hex')))),
  )
  call.materials.push({ compartmentKey: key })
  const { value } = accounts.create(call, instance.installation, {
    path: [accountId],
    value: { id: accountId, compartment: key.compartment, createdAt: call.at },
  })
  return value
}

/** Every account, in the order of their making. */
export function listAccounts(
  { accounts, instance }: Needs<'accounts' | 'instance'>,
  call: Call,
  { permit }: { readonly permit: Permit<'instance.operate'> },
): readonly Account[] {
  assertPermits(permit, rootScope)
  return accounts.all(call, instance.installation).map(({ value }) => value)
}
