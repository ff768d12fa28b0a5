import type { Context } from '#domain/context.ts'
import type { SetAnswer } from '#domain/disks/set-disk-encryption-set.ts'
import { apiVersionOf } from '#protocols/azure/api-version.ts'
import { json, type Answer } from '#protocols/http/answer.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { asyncAnswer } from './answers.ts'
import { setShape } from './compute-shapes.ts'
import { etagOf } from './preconditions.ts'
import type { ArmSite } from './site.ts'

/**
 * What is done when the answer leaves says so: 200, a terminal state, no operation to poll. A set whose disks are re-wrapped answers 202 and
 * the job: its end is the end.
 */
export function setAnswer(
  context: Context,
  what: { readonly site: ArmSite; readonly request: WireRequest; readonly answer: SetAnswer; readonly subscriptionId: string },
): Answer {
  const { site, request, answer, subscriptionId } = what
  const { job, set } = answer
  const resource = setShape(context, set)
  if (job === undefined) return json(200, resource, etagOf(set))
  const { location } = set.value
  const operation = { subscriptionId, provider: 'Microsoft.Compute', location, id: job.value.id, apiVersion: apiVersionOf(request) }
  return asyncAnswer(site, 202, { resource, operation })
}
