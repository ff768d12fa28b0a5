import type { Call } from '#domain/call.ts'
import { apiVersionOf } from '#protocols/azure/api-version.ts'
import { empty, json, type Answer } from '#protocols/http/answer.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { finishedOperation, operationUrl, retryAfter, type OperationRef } from './answers.ts'
import { etagOf } from './preconditions.ts'
import type { ArmSite } from './site.ts'

interface Answering {
  readonly site: ArmSite
  readonly call: Call
  readonly request: WireRequest
}

interface Written {
  readonly status: 200 | 201
  readonly held: { readonly value: { readonly id: string; readonly location: string; readonly etag: string } }
  readonly resource: object
}

/**
 * A resource whose write had ended when the answer left. It carries an operation all the same, which says so at the first look: where there is
 * none, Terraform waits ten seconds for every resource (terraform-and-clients.md 0.7).
 */
export function doneAnswer(at: Answering, { status, held, resource }: Written): Answer {
  return json(status, resource, {
    ...etagOf(held),
    ...retryAfter,
    'azure-asyncoperation': operationUrl(at.site, 'operations', ended(at, held.value)),
  })
}

/**
 * What is gone when the answer leaves, as Compute and Network tell it: accepted, with an operation that has ended and its result. Where a deletion
 * is answered with 200 alone, Terraform waits ten seconds before its first look (terraform-and-clients.md 0.7).
 */
export function goneAnswer(at: Answering, what: { readonly id: string; readonly location: string }): Answer {
  const operation = ended(at, what)
  return empty(202, {
    ...retryAfter,
    'azure-asyncoperation': operationUrl(at.site, 'operations', operation),
    location: operationUrl(at.site, 'operationResults', operation),
  })
}

function ended(at: Answering, { id, location }: { readonly id: string; readonly location: string }): OperationRef {
  const [, , subscriptionId = '', , , , provider = ''] = id.split('/')
  return { subscriptionId, provider, location, id: finishedOperation(at.site, at.call.at), apiVersion: apiVersionOf(at.request) }
}
