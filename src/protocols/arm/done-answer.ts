import type { Call } from '#domain/call.ts'
import { apiVersionOf } from '#protocols/azure/api-version.ts'
import { json, type Answer } from '#protocols/http/answer.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { finishedOperation, operationUrl, retryAfter } from './answers.ts'
import { etagOf } from './preconditions.ts'
import type { ArmSite } from './site.ts'

interface Written {
  readonly status: 200 | 201
  readonly held: { readonly value: { readonly id: string; readonly location: string; readonly etag: string } }
  readonly resource: object
}

/**
 * A resource whose write had ended when the answer left. It carries an operation all the same, which says so at the first look: where there is
 * none, Terraform waits ten seconds for every resource (terraform-and-clients.md 0.7).
 */
export function doneAnswer(
  at: { readonly site: ArmSite; readonly call: Call; readonly request: WireRequest },
  { status, held, resource }: Written,
): Answer {
  const [, , subscriptionId = '', , , , provider = ''] = held.value.id.split('/')
  const { location } = held.value
  const operation = {
    subscriptionId,
    provider,
    location,
    id: finishedOperation(at.site, at.call.at),
    apiVersion: apiVersionOf(at.request),
  }
  return json(status, resource, {
    ...etagOf(held),
    ...retryAfter,
    'azure-asyncoperation': operationUrl(at.site, 'operations', operation),
  })
}
