import type { Context } from '#domain/context.ts'
import type { Custody } from '#domain/seal/custody.ts'
import { rewrapCompartments } from '#domain/seal/rewrap-compartments.ts'

/** Brings a rotation of the root key to its end, beside whatever else is done. */
export interface RootRewrap {
  /** Goes on where one was interrupted; does nothing where none is under way. */
  begin(): void
  /** Resolves when the step under way is committed; nothing is begun after. */
  stop(): Promise<void>
}

export function createRootRewrap(context: Context, custody: Custody): RootRewrap {
  let running: Promise<void> | undefined
  let stopped = false
  return {
    begin() {
      running ??= rewrapCompartments(context, custody, () => stopped)
        .catch((cause: unknown) => context.log.error('root-rewrap.failed', cause))
        .finally(() => (running = undefined))
    },
    async stop() {
      stopped = true
      await running
    },
  }
}
