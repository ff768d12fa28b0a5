import type { Context } from '#domain/context.ts'
import type { HeldMachine } from '#domain/machines/machine-place.ts'
import { operation } from '#protocols/http/operation.ts'

/** The machine whose listener was asked, as it is now, and the secret of its App Service endpoint. */
export interface MachineSite {
  readonly machine: HeldMachine
  readonly identityHeader: string
}

export const metadataOperation = operation<Context, MachineSite>()
