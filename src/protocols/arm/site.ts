import type { Context } from '#domain/context.ts'
import { operation } from '#protocols/http/operation.ts'

/** ARM has one host for everything. `baseUrl` carries the request's port: links lead back the way the caller came. */
export interface ArmSite {
  readonly baseUrl: string
  readonly domain: string
  /** `''` or `:PORT`, for the other hosts that answers name. */
  readonly portSuffix: string
  /** Authenticates what the caller will bring back (paging tokens, ids of finished operations): bound to this instance and to who calls. */
  mark(text: string): string
  /** The action that an operation asks for, by its name in the audit. */
  actionOf(operation: string): string | undefined
}

export const armOperation = operation<Context, ArmSite>()
