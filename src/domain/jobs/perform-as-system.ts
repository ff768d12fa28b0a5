import { requestDeadlineMs } from '#model/limits.ts'
import { system } from '#model/principal.ts'
import type { Fence } from '#ports/record-store.ts'
import { beginCall, outcomeOf, type Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { perform } from '#domain/perform.ts'

export interface SystemStep {
  readonly operation: string
  readonly resource: string
  readonly fence?: Fence
  /** Answers whether anything was done: what did nothing leaves no entry. */
  run(call: Call): Promise<boolean>
}

export type StepEnd = { readonly done: boolean } | { readonly failed: unknown }

/** What the instance does by itself goes the one road too: as `system`, with an entry, fenced where a lease says who may. */
export async function performAsSystem(context: Needs<'ground'>, step: SystemStep): Promise<StepEnd> {
  const { clock, random } = context.ground
  const requestId = random.uuid()
  let end: StepEnd = { done: false }
  await perform(context.ground, {
    deadlineAt: clock.monotonic() + requestDeadlineMs,
    ...(step.fence !== undefined && { fence: step.fence }),
    begin(decidedAt, keepsake) {
      const call = beginCall({
        source: { requestId, plane: 'system' },
        at: clock.now(),
        decidedAt,
        operation: step.operation,
        resource: step.resource,
        who: system,
        keepsake,
      })
      call.ruling = { allowed: true, by: 'scheduler' }
      return call
    },
    async run(call) {
      const done = await step.run(call)
      end = { done }
      return done ? { status: 200 } : { status: 200, nothingDone: true }
    },
    refuse(_call, error) {
      end = { failed: error }
      const { http, code } = outcomeOf(error)
      return { status: http, code }
    },
  })
  return end
}
