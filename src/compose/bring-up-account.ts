import { bringUpAccount } from '#domain/accounts/add-account.ts'
import { addAccessKey } from '#domain/accounts/access-keys.ts'
import { beginCall, type Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { perform } from '#domain/perform.ts'
import type { Custody } from '#domain/seal/custody.ts'
import { system } from '#model/principal.ts'
import { newUniqueId } from '#domain/accounts/unique-ids.ts'
import type { Random } from '#ports/random.ts'

/** A user of the first account who may do everything in it; kept sealed, so that `keystead env` can hand the key out (people.md 0.2). */
export interface AccountAdministrator {
  readonly accountId: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

const homeKey = 'home-account'
const bringUpMs = 60_000
const everything = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] })

/** Made at the first start, and at the first one of an instance that is older than its accounts; read back at every other. */
export async function bringUpHomeAccount(context: Context, custody: Custody): Promise<AccountAdministrator> {
  using kept = custody.clusterKey(homeKey)
  const home = kept && parsed(Buffer.from(kept.bytes).toString('utf8'))
  const known = home !== undefined && context.accounts.peek().some(({ value }) => value.id === home.accountId)
  return known ? home : await makeHomeAccount(context, custody)
}

async function makeHomeAccount(context: Context, custody: Custody): Promise<AccountAdministrator> {
  const { ground } = context
  const accountId = newAccountId(ground.random)
  let made: AccountAdministrator | undefined
  let failed: unknown
  await perform(ground, {
    deadlineAt: ground.clock.monotonic() + bringUpMs,
    begin: (decidedAt, keepsake) =>
      beginCall({
        source: { requestId: ground.random.uuid(), plane: 'instance' },
        at: ground.clock.now(),
        decidedAt,
        operation: 'InstanceBringUp',
        resource: `/accounts/${accountId}`,
        who: system,
        keepsake,
      }),
    async run(call) {
      call.ruling = { allowed: true, by: 'first start' }
      made = await administratorOf(context, call, accountId)
      // Kept before the commit, as the home itself is.
      custody.keepClusterKey(homeKey, Buffer.from(JSON.stringify(made)))
      return { status: 201 }
    },
    refuse(_call, error) {
      failed = error
      return { status: 500, code: 'BringUpFailed' }
    },
  })
  if (made === undefined || failed !== undefined) throw new Error('the first account could not be made', { cause: failed })
  return made
}

async function administratorOf(context: Context, call: Call, accountId: string): Promise<AccountAdministrator> {
  const { compartment } = await bringUpAccount(context, call, accountId)
  const id = await call.once('administrator id', async () => Promise.resolve(newUniqueId(context.ground.random, 'user')))
  const name = 'administrator'
  context.accountUsers.create(call, compartment, {
    path: [name],
    value: {
      id,
      accountId,
      name,
      path: '/',
      createdAt: call.at,
      tags: {},
      inlinePolicies: { Administrator: everything },
      attachedPolicies: [],
    },
  })
  const { key, secret } = await addAccessKey(context, call, { accountId, user: { id, name } })
  return { accountId, accessKeyId: key.id, secretAccessKey: Buffer.from(secret.bytes).toString('latin1') }
}

/** Twelve digits, the first of them none that a spreadsheet drops. */
function newAccountId(random: Random): string {
  const chance = Buffer.from(random.bytes(6)).readUIntBE(0, 6)
  return (100_000_000_000 + (chance % 900_000_000_000)).toString()
}

function parsed(text: string): AccountAdministrator {
  const found: unknown = JSON.parse(text)
  const of = (name: string): string => {
    const member: unknown = typeof found === 'object' && found !== null ? Reflect.get(found, name) : undefined
    return typeof member === 'string' ? member : ''
  }
  return { accountId: of('accountId'), accessKeyId: of('accessKeyId'), secretAccessKey: of('secretAccessKey') }
}
