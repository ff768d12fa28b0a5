import { millis, type Sealed } from '#model/brands.ts'
import type { Needs } from '#domain/context.ts'
import type { Scheduler } from './scheduler.ts'

/** What is done for each row of a topic: at least once, so it must bear being done twice. */
export interface Consumer {
  readonly topic: string
  handle(body: Sealed): Promise<void>
}

const batch = 32
/** A consumer that dies leaves its rows to the next one after this. */
const holdMs = 30_000

/** Carries out what commits asked for and what lies outside the database: rows rode in the commit, and go when they are done. */
export function startOutbox(
  context: Needs<'store' | 'ground' | 'log'>,
  parts: { readonly consumers: readonly Consumer[]; readonly intervalMs: number },
): Scheduler {
  const { clock } = context.ground
  let stopped = false
  let running = Promise.resolve()
  async function take(consumer: Consumer): Promise<void> {
    const effects = await context.store.takeEffects(consumer.topic, { now: millis(clock.now()), limit: batch, holdMs })
    for (const effect of effects) {
      await consumer.handle(effect.body)
      await context.store.settleEffect(effect.id)
    }
  }
  async function pass(): Promise<void> {
    for (const consumer of parts.consumers) {
      try {
        await take(consumer)
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
