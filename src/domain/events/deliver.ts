import { OutgoingFailed } from '#ports/outgoing.ts'
import type { Fence } from '#ports/record-store.ts'
import type { CompartmentId } from '#model/brands.ts'
import { collectionId } from '#domain/records/records.ts'
import type { Held } from '#domain/records/family.ts'
import { allFamilies, type Context } from '#domain/context.ts'
import { createLease, type Lease } from '#domain/jobs/lease.ts'
import { performAsSystem } from '#domain/jobs/perform-as-system.ts'
import type { DueTask } from '#domain/jobs/task.ts'
import { deliveryMessage, deliveryWithinMs } from './message.ts'
import { eventDeliveries, type EventDelivery, type EventSubscription } from './records.ts'
import type { HeldEventSubscription } from './remove-subscription.ts'
import { eventSubscriptionType } from './set-subscription.ts'

type HeldDelivery = Held<EventDelivery, readonly [subscription: string, event: string]>

/** Between the tries of one event, in seconds, as the service spaces them; the last goes on. */
const pauses = [10, 30, 60, 300, 600, 1_800, 3_600, 10_800, 21_600, 43_200]
/** What is not tried again: whoever answers so does not want it (Event Grid, delivery and retry). */
const refusals: ReadonlySet<number> = new Set([400, 401, 403, 413])

export interface Delivering {
  /** There is something for this subscription. */
  wake(subscription: string): void
  /** At once: nothing more is recorded when this resolves, and what is under way is sent again after the next start. */
  stop(): Promise<void>
}

/** One node sends at a time, or everything would be sent by each of them. */
const deliveryLease = { name: 'events', holdMs: 2 * deliveryWithinMs, renewMs: deliveryWithinMs / 2 } as const

/** Sends what is on its way: a lane a subscription, each event once the one before has been taken or given up. */
export function startDelivering(context: Context): Delivering {
  const { clock } = context.ground
  const over = new AbortController()
  const lease = createLease(context, deliveryLease)
  const lanes = new Map<string, Promise<void>>()
  /** Woken while they were walking: what they saw may be older. */
  const again = new Set<string>()
  const waits = new Map<string, () => void>()
  const walking = { context, lease, over: over.signal }
  function wake(id: string): void {
    if (over.signal.aborted) return
    if (lanes.has(id)) return void again.add(id)
    waits.get(id)?.()
    waits.delete(id)
    lanes.set(
      id,
      walk(walking, id).then(waitMs => {
        lanes.delete(id)
        if (again.delete(id)) wake(id)
        else if (waitMs !== undefined && !over.signal.aborted) waits.set(id, clock.after(waitMs, wake.bind(undefined, id)))
        return undefined
      }),
    )
  }
  function sweep(): void {
    for (const { value } of context.eventSubscriptions.peek()) wake(value.id)
    beat = clock.after(sweepMs, sweep)
  }
  let beat = clock.after(0, sweep)
  return {
    wake,
    async stop() {
      over.abort()
      beat()
      for (const cancel of waits.values()) cancel()
      await Promise.all(lanes.values())
    },
  }
}

interface Walking {
  readonly context: Context
  readonly lease: Lease
  readonly over: AbortSignal
}

/**
 * Answers after how many milliseconds there is more to do; `undefined`: nothing is left, or the end has come. What was on its way before a receiver
 * changed waits until the new one has said yes: the next look at all lanes finds it.
 */
async function walk({ context, lease, over }: Walking, id: string): Promise<number | undefined> {
  try {
    for (;;) {
      const subscription = context.eventSubscriptions.peek().find(({ value }) => value.id === id && value.pending === undefined)
      const next = subscription === undefined ? undefined : await headOf(context, subscription)
      if (over.aborted || subscription === undefined || next === undefined) return undefined
      const waitMs = (next.value.nextAt ?? 0) - context.ground.clock.now()
      if (waitMs > 0) return Math.min(waitMs, sweepMs)
      const fence = await lease.fence()
      // Another node sends; it looks at all of them once a minute.
      if (fence === undefined) return undefined
      await tryOnce(context, { subscription, delivery: next, fence, over })
    }
  } catch (cause) {
    lease.drop()
    context.log.error('events.delivery-failed', cause)
    return retryMs
  }
}
/** After a fault of ours. */
const retryMs = 5_000
/** How often all lanes are looked at, told of something or not; no wait is longer, for clocks are moved. */
const sweepMs = 60_000

/** What has waited the longest, of those that are not given up yet. */
async function headOf(context: Context, subscription: HeldEventSubscription): Promise<HeldDelivery | undefined> {
  const compartment = compartmentOfVault(context, subscription)
  if (compartment === undefined || !context.ground.barrier.has(compartment)) return undefined
  const of = collectionId(context.ground.barrier, { compartment, family: 'eventDeliveries', collection: [subscription.value.id] })
  const deliveries = allFamilies.find(({ name }) => name === 'eventDeliveries')
  const [first] = deliveries === undefined ? [] : await context.ground.view.list(deliveries, of, { after: 0, limit: 1 })
  if (first === undefined) return undefined
  const value = eventDeliveries.schema.parse(first.value)
  return { ...first, path: [subscription.value.id, value.event.id], value }
}

function compartmentOfVault({ vaults }: Context, { path }: HeldEventSubscription): CompartmentId | undefined {
  return vaults.peek().find(held => held.path[0] === path[0])?.value.compartment
}

interface Tried {
  readonly operation: 'EventDeliver' | 'EventRetry' | 'EventDrop'
  readonly because: string
}

const tooLate: Tried = { operation: 'EventDrop', because: 'its time is over' }

/** What comes of the work, or `undefined` as soon as the signal says so. */
async function unless<T>(signal: AbortSignal, work: Promise<T>): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const end = (): void => resolve(undefined)
  signal.addEventListener('abort', end, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', end)
  }
}

interface Trying {
  readonly subscription: HeldEventSubscription
  readonly delivery: HeldDelivery
  readonly fence: Fence
  readonly over: AbortSignal
}

async function tryOnce(context: Context, { subscription, delivery, fence, over }: Trying): Promise<void> {
  const { value } = subscription
  const expired = context.ground.clock.now() >= delivery.value.expiresAt
  const tried = expired ? tooLate : await unless(over, sent(context, value, delivery.value))
  // What was under way at the end is sent again after the next start, under the same id.
  if (tried === undefined || over.aborted) return
  const end = await performAsSystem(context, {
    operation: tried.operation,
    resource: `${value.vaultId}/providers/${eventSubscriptionType}/${value.name}`,
    fence,
    async run(call) {
      const held = await context.eventDeliveries.get(call, delivery.compartment, delivery.path)
      if (held === undefined) return false
      const { event, attempts } = held.value
      call.details
        .set('event', event.id)
        .set('eventType', event.eventType)
        .set('attempts', (attempts + 1).toString())
        .set('because', tried.because)
      if (tried.operation !== 'EventRetry') {
        context.eventDeliveries.remove(call, held)
        return true
      }
      const pauseMs = (pauses[attempts] ?? pauses.at(-1) ?? 0) * 1_000
      context.eventDeliveries.update(call, held, { ...held.value, attempts: attempts + 1, nextAt: call.at + pauseMs })
      return true
    },
  })
  if ('failed' in end) throw end.failed
}

async function sent({ outgoing }: Context, subscription: EventSubscription, { event, attempts }: EventDelivery): Promise<Tried> {
  const because = await answerTo(outgoing.post('events', subscription.endpointUrl, deliveryMessage(subscription, event, attempts)))
  if (typeof because === 'number' && because >= 200 && because < 300) return { operation: 'EventDeliver', because: because.toString() }
  const given = (typeof because === 'number' && refusals.has(because)) || attempts + 1 >= subscription.maxDeliveryAttempts
  return { operation: given ? 'EventDrop' : 'EventRetry', because: because.toString() }
}

/** Its status, or why there is none. */
async function answerTo(answer: Promise<{ readonly status: number }>): Promise<number | string> {
  try {
    return (await answer).status
  } catch (error) {
    if (error instanceof OutgoingFailed) return error.failure
    throw error
  }
}

/** Gives up what nobody took in its time, and what was on its way to a subscription that is gone. */
export const giveUpDeliveries: DueTask = {
  family: 'eventDeliveries',
  operation: 'EventDrop',
  async run(context, call, { compartment, path: [subscription = '', event = ''] }) {
    const held = await context.eventDeliveries.get(call, compartment, [subscription, event])
    if (held === undefined || held.value.expiresAt > call.at) return false
    call.resource = held.value.event.topic
    call.details.set('event', event).set('eventType', held.value.event.eventType).set('because', 'its time is over')
    context.eventDeliveries.remove(call, held)
    return true
  },
}
