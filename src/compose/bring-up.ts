import { beginCall, type Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { addPassword, createApplication, createTenant } from '#domain/identity/directory.ts'
import { perform } from '#domain/perform.ts'
import { createSubscription } from '#domain/resources/create-subscription.ts'
import type { Custody } from '#domain/seal/custody.ts'
import { system } from '#model/principal.ts'

/** Who may do everything but touch data; kept sealed in the local profile, so that `keystead env` can hand it out (people.md 0.2). */
export interface Administrator {
  readonly clientId: string
  readonly clientSecret: string
  readonly objectId: string
}

export interface Home {
  readonly tenantId: string
  readonly subscriptionId: string
  readonly resourceGroup: string
  readonly administrator: Administrator
}

/** What the first start made is there and what it kept of it is not: the database was edited or damaged. */
export class HomeLost extends Error {
  override readonly name = 'HomeLost'
}

const homeKey = 'home'
const secretLivesMs = 2 * 365 * 86_400_000
const bringUpMs = 60_000

/**
 * One tenant, one subscription, one group, one administrator, in one commit at the first start; read back at every other.
 * Rejects with `HomeLost` rather than make a second home, with a new owner, beside the first.
 */
export async function bringUp(context: Context, custody: Custody): Promise<Home> {
  using kept = custody.clusterKey(homeKey)
  if (kept === undefined && context.subscriptions.peek().length > 0)
    throw new HomeLost('it has subscriptions, but not the record of the first start')
  const home = kept === undefined ? newHome(context) : parseHome(Buffer.from(kept.bytes).toString('utf8'))
  const known = context.subscriptions.peek().some(held => held.value.subscriptionId === home.subscriptionId)
  return known ? home : await makeHome({ context, custody }, home)
}

function newHome({ ground }: Context): Home {
  const { random } = ground
  return {
    tenantId: random.uuid(),
    subscriptionId: random.uuid(),
    resourceGroup: 'keystead',
    administrator: { clientId: '', clientSecret: '', objectId: '' },
  }
}

async function makeHome({ context, custody }: { context: Context; custody: Custody }, home: Home): Promise<Home> {
  const { ground } = context
  let made = home
  let failed: Error | undefined
  await perform(ground, {
    deadlineAt: ground.clock.monotonic() + bringUpMs,
    begin: (decidedAt, keepsake) =>
      beginCall({
        source: { requestId: ground.random.uuid(), plane: 'instance' },
        at: ground.clock.now(),
        decidedAt,
        operation: 'InstanceBringUp',
        resource: `/subscriptions/${home.subscriptionId}`,
        who: system,
        keepsake,
      }),
    async run(call) {
      call.ruling = { allowed: true, by: 'first start' }
      const administrator = await administratorOf(context, call, home)
      made = { ...home, administrator }
      // Kept before the commit: a crash between the two makes a home anew at the next start, and never one whose secret nobody has.
      custody.keepClusterKey(homeKey, Buffer.from(JSON.stringify(made)))
      return { status: 201 }
    },
    refuse(_call, error) {
      failed = error instanceof Error ? error : new Error('the first start failed', { cause: error })
      return { status: 500, code: 'BringUpFailed' }
    },
  })
  if (failed !== undefined) throw failed
  return made
}

async function administratorOf(context: Context, call: Call, home: Home): Promise<Administrator> {
  const { tenantId, subscriptionId, resourceGroup } = home
  const { domain, location } = context.instance
  await createTenant(context, call, { tenantId, displayName: 'Keystead', domains: [`${tenantId.slice(0, 8)}.${domain}`] })
  const { application, servicePrincipal } = await createApplication(context, call, {
    tenantId,
    displayName: 'administrator',
    directoryRight: 'write',
  })
  const { secretText } = await addPassword(context, call, application, { displayName: 'local profile', endAt: call.at + secretLivesMs })
  await createSubscription(context, call, {
    tenantId,
    subscriptionId,
    displayName: 'Keystead',
    resourceGroup,
    location,
    ownerId: servicePrincipal.value.id,
  })
  return { clientId: application.value.appId, clientSecret: secretText, objectId: servicePrincipal.value.id }
}

function parseHome(text: string): Home {
  const found: unknown = JSON.parse(text)
  const of = (value: unknown, name: string): string => {
    const member: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
    return typeof member === 'string' ? member : ''
  }
  const administrator: unknown = typeof found === 'object' && found !== null ? Reflect.get(found, 'administrator') : undefined
  return {
    tenantId: of(found, 'tenantId'),
    subscriptionId: of(found, 'subscriptionId'),
    resourceGroup: of(found, 'resourceGroup'),
    administrator: {
      clientId: of(administrator, 'clientId'),
      clientSecret: of(administrator, 'clientSecret'),
      objectId: of(administrator, 'objectId'),
    },
  }
}
