import type { Context } from '#domain/context.ts'
import { anonymous } from '#model/principal.ts'
import type { AwsSite } from '#protocols/aws/operation.ts'
import { restService } from '#protocols/aws/service.ts'
import type { Protocol } from '#protocols/http/protocol.ts'
import { s3Address, s3Service } from './address.ts'
import { s3Headers } from './headers.ts'
import { operations } from './operations/index.ts'
import { named } from './paths.ts'
import { refuse } from './problems.ts'
import { isSigned, refuseOldSignature } from './signed.ts'

/** Objects: `s3.{region}.{domain}` with the bucket in the path, `{bucket}.s3.{region}.{domain}`, and the names that all services share. */
export function s3Protocol(domain: string): Protocol<Context, AwsSite> {
  const base = restService(s3Service(domain), {
    operations,
    refuse,
    headers: s3Headers,
    named: request => named(request, domain),
    ...s3Address(domain),
  })
  return {
    ...base,
    /** Whoever signs nothing is nobody: some buckets are open to him too. */
    async authenticate(context, call, at) {
      refuseOldSignature(at.request)
      return isSigned(at.request) ? base.authenticate(context, call, at) : anonymous
    },
  }
}
