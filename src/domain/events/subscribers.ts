import type { EventSink, VaultEvent } from './vault-event.ts'
import type { Context } from '#domain/context.ts'
import { performAsSystem } from '#domain/jobs/perform-as-system.ts'
import type { Delivering } from './deliver.ts'
import { matches } from './matches.ts'

const minuteMs = 60_000

/**
 * Puts each event on its way to every subscription of its vault that it matches, all in one commit. Events that are told again, and are still
 * on their way, are not put there twice. `delivering` is told where there is something.
 */
export const subscribers = (context: Context, delivering: Pick<Delivering, 'wake'>): EventSink => ({
  async deliver(event) {
    const wanted = matching(context, event)
    if (wanted.length === 0) return
    const end = await performAsSystem(context, {
      operation: 'EventPublish',
      resource: event.topic,
      run: async call => {
        const vault = context.vaults.peek().find(({ value }) => value.id === event.topic)
        if (vault === undefined) return false
        call.details.set('event', event.id).set('eventType', event.eventType)
        let put = false
        for (const { id, timeToLiveMinutes } of wanted) {
          const path = [id, event.id] as const
          if ((await context.eventDeliveries.get(call, vault.value.compartment, path)) !== undefined) continue
          const value = { event: { ...event, data: { ...event.data } }, attempts: 0, expiresAt: call.at + timeToLiveMinutes * minuteMs }
          context.eventDeliveries.create(call, vault.value.compartment, { path, value })
          put = true
        }
        return put
      },
    })
    if ('failed' in end) throw end.failed
    for (const { id } of wanted) delivering.wake(id)
  },
})

function matching({ eventSubscriptions, ground }: Context, event: VaultEvent) {
  const [vaultId, now] = [event.topic.toLowerCase(), ground.clock.now()]
  return eventSubscriptions
    .peek()
    .flatMap(({ path, value }) => (path[0] === vaultId && value.pending === undefined && matches(value, event, now) ? [value] : []))
}
