import { requestDeadlineMs } from '#model/limits.ts'
import { operator, type Principal } from '#model/principal.ts'
import { beginCall } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { perform } from '#domain/perform.ts'

export interface Noted {
  readonly operation: string
  readonly resource: string
  /** Ids and counts, never a secret. */
  readonly details: Readonly<Record<string, string>>
  /** The operator, unless the instance did it by itself. */
  readonly who?: Principal
}

/** Writes an entry of what happens beside the records: seals and starts. Resolves when it is durable, throws where it cannot be. */
export async function note({ ground }: Needs<'ground'>, { operation, resource, details, who = operator }: Noted): Promise<void> {
  const { clock, random } = ground
  const requestId = random.uuid()
  const { status } = await perform(ground, {
    deadlineAt: clock.monotonic() + requestDeadlineMs,
    essential: true,
    begin(decidedAt, keepsake) {
      const source = { requestId, plane: who === operator ? 'admin' : 'instance' }
      const call = beginCall({ source, at: clock.now(), decidedAt, operation, resource, who, keepsake })
      call.ruling = { allowed: true, by: who === operator ? 'admin-socket' : 'start' }
      for (const [name, value] of Object.entries(details)) call.details.set(name, value)
      return call
    },
    run: async () => ({ status: 200 }),
    refuse: () => ({ status: 503, code: 'NotEntered' }),
  })
  if (status !== 200) throw new Error(`${operation} could not be entered in the audit`)
}
