import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import type { SetAnswer } from '#domain/disks/set-disk-encryption-set.ts'
import { apiVersionOf } from '#protocols/azure/api-version.ts'
import type { Answer } from '#protocols/http/answer.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { asyncAnswer } from './answers.ts'
import { setShape } from './compute-shapes.ts'
import { doneAnswer } from './done-answer.ts'
import type { ArmSite } from './site.ts'

/** A set whose disks are re-wrapped answers 202 and the job: its end is the end. */
export function setAnswer(
  context: Context,
  call: Call,
  what: { readonly site: ArmSite; readonly request: WireRequest; readonly answer: SetAnswer },
): Answer {
  const { site, request, answer } = what
  const { job, set } = answer
  const resource = setShape(context, set)
  if (job === undefined) return doneAnswer({ site, call, request }, { status: 200, held: set, resource })
  const { location, id } = set.value
  const [, , subscriptionId = ''] = id.split('/')
  const operation = { subscriptionId, provider: 'Microsoft.Compute', location, id: job.value.id, apiVersion: apiVersionOf(request) }
  return asyncAnswer(site, { resource, operation })
}
