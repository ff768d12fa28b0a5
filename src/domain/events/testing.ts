// For tests alone: what the outbox has to tell of vaults, handed over as its loop does.
import assert from 'node:assert/strict'
import { system } from '#model/principal.ts'
import { millis } from '#model/brands.ts'
import type { VaultEvent } from './vault-event.ts'
import type { DueTask } from '#domain/jobs/task.ts'
import type { Vault } from '#domain/resources/records.ts'
import type { TestGround } from '#domain/testing.ts'
import { vaultEvents } from './carry-events.ts'
import { vaultEventTopic } from './vault-events.ts'

/** `secrets`: none of these may lie in a body. */
export async function eventsTold({ context, store, clock }: TestGround, secrets: readonly string[] = []): Promise<readonly VaultEvent[]> {
  const events: VaultEvent[] = []
  const consumer = vaultEvents(context, { deliver: async event => void events.push(event) })
  for (const effect of await store.takeEffects(vaultEventTopic, { now: millis(clock.now()), limit: 100, holdMs: 1_000 })) {
    const text = Buffer.from(effect.body).toString('utf8')
    assert.ok(!secrets.some(secret => text.includes(secret)), 'a name lies in the clear')
    await consumer.handle(effect.body)
    await store.settleEffect(effect.id)
  }
  return events
}

/** Their types without the service's prefix, and what they are about. */
export const briefly = (events: readonly VaultEvent[]): readonly string[] =>
  events.map(({ eventType, subject }) => `${eventType.replace('Microsoft.KeyVault.', '')} ${subject}`)

/** One look of the scheduler at a record of a vault; answers whether anything was done. */
export const lookedAt =
  (ground: TestGround, vault: Vault, task: DueTask | undefined) =>
  async (name: string): Promise<boolean> => {
    assert.ok(task)
    return ground.run(
      system,
      async call => task.run(ground.context, call, { compartment: vault.compartment, path: [name] }),
      task.operation,
    )
  }
