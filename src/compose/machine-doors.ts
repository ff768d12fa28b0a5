import { once } from 'node:events'
import type { Server } from 'node:http'
import { machineByArmId } from '#domain/machines/machine-place.ts'
import type { Context } from '#domain/context.ts'
import type { Call } from '#domain/call.ts'
import { Problem } from '#model/problem.ts'
import { createPipeline } from '#protocols/http/pipeline.ts'
import { createSocketServer } from '#protocols/http/server.ts'

/** Where a machine's metadata service listens, and what its App Service endpoint wants to see. */
export interface MachineDoor {
  readonly url: string
  readonly identityEndpoint: string
  readonly identityHeader: string
}

/** One loopback listener a machine, opened when it is asked for, the same as long as the machine and the process live. */
export interface MachineDoors {
  /** Raises `ResourceNotFound`. */
  open(call: Call, armId: string): Promise<MachineDoor>
  close(): void
}

interface Standing extends MachineDoor {
  readonly server: Server
}

const secretBytes = 32

export function createMachineDoors(context: Context): MachineDoors {
  const standing = new Map<string, Promise<Standing>>()
  let closed = false

  async function shut(armId: string): Promise<void> {
    const door = standing.get(armId)
    standing.delete(armId)
    const { server } = (await door?.catch(() => undefined)) ?? {}
    server?.close()
    server?.closeAllConnections()
  }

  // A machine that is made again under the same name is another one.
  context.virtualMachines.observe((before, after) => {
    if (before !== undefined && after?.value.vmId !== before.value.vmId) void shut(before.path[0])
  })

  async function listen(armId: string): Promise<Standing> {
    const { imdsProtocol } = await import('#protocols/imds/index.ts')
    const identityHeader = context.ground.random.bytes(secretBytes).toHex()
    const server = createSocketServer({ pipeline: createPipeline(context, imdsProtocol({ armId, identityHeader })), log: context.log })
    server.listen({ host: '127.0.0.1', port: 0 })
    await once(server, 'listening')
    // A connection that could not be accepted is no reason to end the process.
    server.on('error', cause => context.log.error('machine-door.accept', cause))
    const address = server.address()
    const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
    return { url, identityEndpoint: `${url}/msi/token`, identityHeader, server }
  }

  return {
    async open(call, armId) {
      const machine = await machineByArmId(context, call, armId)
      if (machine === undefined || closed)
        throw new Problem({ code: 'ResourceNotFound', details: { type: 'Microsoft.Compute/virtualMachines', name: armId } })
      const [path] = machine.path
      const { server: _server, ...door } = await standing.getOrInsertComputed(path, async () => listen(path))
      return door
    },
    close() {
      closed = true
      for (const armId of standing.keys()) void shut(armId)
    },
  }
}
