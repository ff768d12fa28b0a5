import { millis, type Sealed } from '#model/brands.ts'
import type { StoredEffect } from '#ports/record-store.ts'
import type { Needs } from '#domain/context.ts'
import type { Scheduler } from './scheduler.ts'

/** What is done for each row of a topic: at least once, so it must bear being done twice. */
export interface Consumer {
  readonly topic: string
  /** What cannot be handled now holds up what was asked for after it. */
  readonly inOrder?: true
  handle(body: Sealed): Promise<void>
}

const batch = 32
/** Many small ones, which need not wait for the disk one by one. */
const orderedBatch = 128
/** A consumer that dies leaves its rows to the next one after this. */
const holdMs = 30_000

type Taking = Needs<'store' | 'ground'>

const takeFrom = async ({ store, ground }: Taking, topic: string, limit: number): Promise<readonly StoredEffect[]> =>
  store.takeEffects(topic, { now: millis(ground.clock.now()), limit, holdMs })

async function takeEach(context: Taking, consumer: Consumer): Promise<void> {
  for (const effect of await takeFrom(context, consumer.topic, batch)) {
    await consumer.handle(effect.body)
    await context.store.settleEffect(effect.id)
  }
}

/** What was taken and not done is tried again before anything else of its topic is taken. */
function createOrderedTaking(context: Taking): (consumer: Consumer) => Promise<void> {
  const left = new Map<string, readonly StoredEffect[]>()
  return async consumer => {
    const { topic } = consumer
    const effects = left.get(topic) ?? (await takeFrom(context, topic, orderedBatch))
    let done = 0
    try {
      for (const { body } of effects) {
        await consumer.handle(body)
        done += 1
      }
    } finally {
      if (done < effects.length) left.set(topic, effects.slice(done))
      else left.delete(topic)
      if (done > 0) await context.store.settleEffect(...effects.slice(0, done).map(({ id }) => id))
    }
  }
}

/** Carries out what commits asked for and what lies outside the database: rows rode in the commit, and go when they are done. */
export function startOutbox(
  context: Needs<'store' | 'ground' | 'log'>,
  parts: { readonly consumers: readonly Consumer[]; readonly intervalMs: number },
): Scheduler {
  const { clock } = context.ground
  const takeInOrder = createOrderedTaking(context)
  let stopped = false
  let running = Promise.resolve()
  async function pass(): Promise<void> {
    for (const consumer of parts.consumers) {
      try {
        await (consumer.inOrder === true ? takeInOrder(consumer) : takeEach(context, consumer))
      } catch (cause) {
        context.log.error('outbox.failed', cause, { topic: consumer.topic })
      }
    }
  }
  function tick(): void {
    if (stopped) return
    running = running.then(pass)
    beat = clock.after(parts.intervalMs, tick)
  }
  let beat = clock.after(0, tick)
  return {
    async stop() {
      stopped = true
      beat()
      await running
    },
  }
}
