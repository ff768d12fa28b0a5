import { anonymous } from '#model/principal.ts'
import { Problem } from '#model/problem.ts'
import type { Context } from '#domain/context.ts'
import type { Protocol } from '#protocols/http/protocol.ts'
import { serviceMeant } from './addresses.ts'
import { jsonErrors } from './json-errors.ts'
import { refuseIn } from './problems.ts'
import { queryErrors } from './query-errors.ts'
import { amznHeaders } from './service.ts'
import { unservedAddress } from './service-address.ts'

const json = refuseIn<undefined>(jsonErrors)
const xml = refuseIn<undefined>(queryErrors('https://keystead.dev/doc/unserved/'))

/** Requests that are signed for services that are not here, at the names that all share: refused in the words of their protocol. Stands behind the services. */
export const unservedProtocol = (domain: string): Protocol<Context, undefined> => ({
  name: 'awsunserved',
  plane: 'aws',
  ...unservedAddress(domain),
  operations: [],
  routeBeforeToken: true,
  named: request => {
    throw new Problem({ code: 'UnknownAction', details: { action: request.header('x-amz-target') ?? `of ${serviceMeant(request) ?? ''}` } })
  },
  locate: async () => undefined,
  authenticate: async () => anonymous,
  checkVersion: () => undefined,
  refuse: (context, refusal) => (refusal.request.header('x-amz-target') === undefined ? xml : json)(context, refusal),
  // Clients of services whose operations are paths look for the name in the head.
  headers: (context, refusal) => ({ ...amznHeaders(context, refusal), 'x-amzn-errortype': 'UnknownOperationException' }),
  correlationId: () => undefined,
})
