import type { Context } from '#domain/context.ts'
import { operator } from '#model/principal.ts'
import type { Protocol } from '#protocols/http/protocol.ts'
import { headersOf } from './headers.ts'
import { operations } from './operations/index.ts'
import { refuse } from './problems.ts'
import type { AdminSite, Runtime } from './site.ts'

/** Whoever may open the socket's file is the operator: its mode is the control. */
export const adminProtocol = (runtime: Runtime): Protocol<Context, AdminSite> => ({
  name: 'admin',
  plane: 'admin',
  serves: () => true,
  operations,
  routeBeforeToken: true,
  locate: async () => ({ runtime }),
  authenticate: async () => operator,
  checkVersion: () => undefined,
  refuse: (_context, { error, requestId }) => refuse(error, requestId),
  headers: (_context, { requestId }) => headersOf(requestId),
  correlationId: () => undefined,
})
