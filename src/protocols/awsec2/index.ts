import type { Context } from '#domain/context.ts'
import type { AwsSite } from '#protocols/aws/operation.ts'
import { amznHeaders, queryService } from '#protocols/aws/service.ts'
import type { Protocol } from '#protocols/http/protocol.ts'
import { ec2Service } from './address.ts'
import { operations } from './operations/index.ts'
import { refuse } from './problems.ts'
import { version } from './site.ts'

/** Volumes of accounts: `ec2.{region}.{domain}`, and wherever a scope names it. */
export const ec2Protocol = (domain: string): Protocol<Context, AwsSite> =>
  queryService(ec2Service(domain), { version, operations, refuse, headers: amznHeaders })
