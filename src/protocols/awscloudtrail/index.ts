import type { Context } from '#domain/context.ts'
import type { AwsSite } from '#protocols/aws/operation.ts'
import { amznHeaders, jsonService } from '#protocols/aws/service.ts'
import type { Protocol } from '#protocols/http/protocol.ts'
import { cloudTrailService } from './address.ts'
import { operations } from './operations/index.ts'
import { refuse } from './problems.ts'

/** SDKs name the target in two ways. */
const prefixes = ['com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101', 'CloudTrail_20131101']

/** The service of accounts' trails: `cloudtrail.{region}.{domain}`, and wherever a scope names it. */
export const cloudTrailProtocol = (domain: string): Protocol<Context, AwsSite> =>
  jsonService(cloudTrailService(domain), { prefixes, operations, refuse, headers: amznHeaders })
