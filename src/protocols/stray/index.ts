import type { PipelineContext } from '#protocols/http/walk.ts'
import { json } from '#protocols/http/answer.ts'
import { anonymous } from '#model/principal.ts'
import { Problem } from '#model/problem.ts'
import type { Protocol } from '#protocols/http/protocol.ts'

/** Answers for hosts that nobody serves: 421 in nobody's words, and an entry like everything else (RFC 9110 15.5.20). */
export const strayProtocol: Protocol<PipelineContext, undefined> = {
  name: 'stray',
  plane: 'stray',
  serves: () => true,
  operations: [],
  routeBeforeToken: true,
  locate: async () => undefined,
  authenticate: async () => anonymous,
  checkVersion: () => undefined,
  refuse: (_context, { error, requestId }) => {
    const code = error instanceof Problem ? error.body.code : 'InternalError'
    const status = error instanceof Problem ? 421 : 500
    return { ...json(status, { error: { code, message: 'This host is not served here.', requestId } }), code }
  },
  headers: (_context, { requestId }) => ({
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-ms-request-id': requestId,
  }),
  correlationId: () => undefined,
}
