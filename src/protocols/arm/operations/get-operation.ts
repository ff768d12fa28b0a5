import { json } from '#protocols/http/answer.ts'
import { ofOperation, operationDocument, operationState } from '#protocols/arm/operation-status.ts'
import { anyQuery } from '#protocols/arm/params.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** Where `Azure-AsyncOperation` leads: always 200, the status tells. */
export const getOperation = armOperation({
  name: 'OperationGet',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/providers/{provider}/locations/{location}/operations/{operation}',
  permissions: 'authenticated',
  params: ofOperation,
  query: anyQuery,
  body: { none: true },
  async handle(context, call, { site, params, request }) {
    const state = await operationState(context, call, { site, params })
    const headers = state.status === 'InProgress' ? { 'retry-after': '1' } : {}
    return json(200, operationDocument(request.path, state), headers)
  },
})
