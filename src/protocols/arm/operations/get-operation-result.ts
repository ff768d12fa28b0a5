import { Problem } from '#model/problem.ts'
import { empty } from '#protocols/http/answer.ts'
import { operationUrl } from '#protocols/arm/answers.ts'
import { ofOperation, operationState } from '#protocols/arm/operation-status.ts'
import { anyQuery } from '#protocols/arm/params.ts'
import { apiVersionOf } from '#protocols/azure/api-version.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** Where `Location` leads: 202 while it goes on, 200 at the end, its refusal where it failed. */
export const getOperationResult = armOperation({
  name: 'OperationResultGet',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/providers/{provider}/locations/{location}/operationResults/{operation}',
  permissions: 'authenticated',
  params: ofOperation,
  query: anyQuery,
  body: { none: true },
  async handle(context, call, { site, params, request }) {
    const state = await operationState(context, call, { site, params })
    if (state.status === 'Succeeded') return empty(200)
    if (state.status === 'InProgress') {
      const apiVersion = apiVersionOf(request)
      const { subscriptionId, provider, location, operation } = params
      const url = operationUrl(site, 'operationResults', { subscriptionId, provider, location, id: operation, apiVersion })
      return empty(202, { location: url, 'retry-after': '1' })
    }
    const { code, message } = state.error ?? { code: 'OperationFailed', message: 'The operation failed.' }
    throw new Problem({ code: 'ArmRefused', details: { status: 409, code, message } })
  },
})
