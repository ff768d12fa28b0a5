import type { Context } from '#domain/context.ts'
import type { AwsSite } from '#protocols/aws/operation.ts'
import { amznHeaders, queryService } from '#protocols/aws/service.ts'
import type { Protocol } from '#protocols/http/protocol.ts'
import { stsService } from './address.ts'
import { operations } from './operations/index.ts'
import { refuse } from './problems.ts'
import { version } from './site.ts'

/** The token service of accounts: `sts.{region}.{domain}`, and wherever a scope names it. */
export const stsProtocol = (domain: string): Protocol<Context, AwsSite> =>
  queryService(stsService(domain), { version, operations, refuse, headers: amznHeaders })
