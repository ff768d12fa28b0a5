import type { Context } from '#domain/context.ts'
import { operation } from '#protocols/http/operation.ts'

/** ARM has one host for everything. `baseUrl` carries the request's port: links lead back the way the caller came. */
export interface ArmSite {
  readonly baseUrl: string
}

export const armOperation = operation<Context, ArmSite>()
