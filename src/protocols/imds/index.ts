import { hash, timingSafeEqual } from 'node:crypto'
import type { Context } from '#domain/context.ts'
import { machineByArmId } from '#domain/machines/machine-place.ts'
import { anonymous } from '#model/principal.ts'
import { Problem } from '#model/problem.ts'
import type { Protocol } from '#protocols/http/protocol.ts'
import { apiVersionOf, refuseOlder } from '#protocols/azure/api-version.ts'
import { operations } from './operations/index.ts'
import { isAppService, refuse } from './problems.ts'
import type { MachineSite } from './site.ts'

/** How a guest and the clients of its identity spell this machine's own service. */
const hosts = new Set(['127.0.0.1', '[::1]', 'localhost', '169.254.169.254', 'metadata.azure.internal'])

const digest = (text: string): Uint8Array => hash('sha256', text, 'buffer')

export interface MachineDoor {
  readonly armId: string
  /** Secret of its App Service endpoint. */
  readonly identityHeader: string
}

/** The metadata service of one machine, on a listener of its own: whose it is decides who calls. */
export const imdsProtocol = ({ armId, identityHeader }: MachineDoor): Protocol<Context, MachineSite> => ({
  name: 'imds',
  plane: 'imds',
  serves: hostname => hosts.has(hostname),
  operations,
  routeBeforeToken: false,
  async locate(context, call) {
    const machine = await machineByArmId(context, call, armId)
    if (machine === undefined)
      throw new Problem({ code: 'ResourceNotFound', details: { type: 'Microsoft.Compute/virtualMachines', name: armId } })
    call.resource = machine.value.id
    return { machine, identityHeader }
  },
  authenticate: async () => anonymous,
  async admit(_context, _call, { request }) {
    if (request.header('x-forwarded-for') !== undefined) throw new Problem({ code: 'ForwardedRequest' })
    if (isAppService(request)) {
      const shown = request.header('x-identity-header') ?? ''
      if (!timingSafeEqual(digest(shown), digest(identityHeader))) throw new Problem({ code: 'IdentityHeaderInvalid' })
    } else if (request.header('metadata')?.toLowerCase() !== 'true') throw new Problem({ code: 'MetadataHeaderMissing' })
  },
  checkVersion(request) {
    refuseOlder(apiVersionOf(request), '2017-04-02')
  },
  refuse,
  headers: (_context, { requestId }) => ({
    server: 'IMDS',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-ms-request-id': requestId,
  }),
  correlationId: request => {
    const id = request.header('x-ms-client-request-id')
    return id !== undefined && /^[\w-]{1,64}$/.test(id) ? id : undefined
  },
})
