import { OutgoingFailed } from '#ports/outgoing.ts'
import type { CompartmentId } from '#model/brands.ts'
import { collectionId } from '#domain/records/records.ts'
import type { Held } from '#domain/records/family.ts'
import { allFamilies, type Context } from '#domain/context.ts'
import { performAsSystem } from '#domain/jobs/perform-as-system.ts'
import type { DueTask } from '#domain/jobs/task.ts'
import { deliveryMessage } from './message.ts'
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
  /** Resolves when what is under way has its end recorded. */
  stop(): Promise<void>
}

/** Sends what is on its way: a lane a subscription, each event once the one before has been taken or given up. */
export function startDelivering(context: Context): Delivering {
  const { clock } = context.ground
  const lanes = new Map<string, Promise<void>>()
  const waits = new Map<string, () => void>()
  let stopped = false
  function wake(id: string): void {
    if (stopped || lanes.has(id)) return
    waits.get(id)?.()
    waits.delete(id)
    const lane = walk(id)
      .catch((cause: unknown) => {
        context.log.error('events.delivery-failed', cause)
        return retryMs
      })
      .then(waitMs => {
        lanes.delete(id)
        if (waitMs !== undefined && !stopped)
          waits.set(
            id,
            clock.after(waitMs, () => wake(id)),
          )
        return undefined
      })
    lanes.set(id, lane)
  }
  /** Answers after how many milliseconds there is more to do; `undefined`: nothing is left. */
  async function walk(id: string): Promise<number | undefined> {
    for (;;) {
      const subscription = context.eventSubscriptions.peek().find(({ value }) => value.id === id)
      const next = subscription === undefined ? undefined : await headOf(context, subscription)
      if (stopped || subscription === undefined || next === undefined) return undefined
      const waitMs = (next.value.nextAt ?? 0) - clock.now()
      if (waitMs > 0) return Math.min(waitMs, lookAgainMs)
      await tryOnce(context, subscription, next)
    }
  }
  for (const { value } of context.eventSubscriptions.peek()) wake(value.id)
  return {
    wake,
    async stop() {
      stopped = true
      for (const cancel of waits.values()) cancel()
      await Promise.all(lanes.values())
    },
  }
}
/** After a fault of ours. */
const retryMs = 5_000
/** However far off the next try is: clocks are moved. */
const lookAgainMs = 60_000

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

async function tryOnce(context: Context, subscription: HeldEventSubscription, delivery: HeldDelivery): Promise<void> {
  const { value } = subscription
  const expired = context.ground.clock.now() >= delivery.value.expiresAt
  const tried: Tried = expired ? { operation: 'EventDrop', because: 'its time is over' } : await sent(context, value, delivery.value)
  const end = await performAsSystem(context, {
    operation: tried.operation,
    resource: `${value.vaultId}/providers/${eventSubscriptionType}/${value.name}`,
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
