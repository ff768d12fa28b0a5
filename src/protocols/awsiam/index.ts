import type { Context } from '#domain/context.ts'
import type { AwsSite } from '#protocols/aws/operation.ts'
import { amznHeaders, queryService } from '#protocols/aws/service.ts'
import type { Protocol } from '#protocols/http/protocol.ts'
import { iamService } from './address.ts'
import { operations } from './operations/index.ts'
import { refuse } from './problems.ts'
import { version } from './site.ts'

/** Users, groups, roles and policies of accounts, at `iam.{domain}` and wherever a signature is made for `iam`: it belongs to no Region. */
export const iamProtocol = (domain: string): Protocol<Context, AwsSite> =>
  queryService(iamService(domain), { operations, refuse, headers: amznHeaders, version })
