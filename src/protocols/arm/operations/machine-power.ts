import { machineArmId, machineNamed } from '#domain/machines/machine-place.ts'
import { notNow } from '#domain/resources/arm-refusal.ts'
import { empty } from '#protocols/http/answer.ts'
import { atMachine, machinePath, ofMachine } from '#protocols/arm/machine-shapes.ts'
import { anyQuery } from '#protocols/arm/params.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** What would need a host for the machine: it is refused, not pretended. */
const refusedAction = (
  name: string,
  action: string,
  permission: 'machine.start' | 'machine.powerOff' | 'machine.restart' | 'machine.redeploy',
) =>
  armOperation({
    name,
    method: 'POST',
    path: `${machinePath}/${action}`,
    permissions: [permission],
    params: ofMachine,
    query: anyQuery,
    body: { none: true },
    scope: atMachine,
    resource: ({ params }) => machineArmId(params),
    async handle(context, call, { params }) {
      const { value } = await machineNamed(context, call, params)
      throw notNow(
        `Operation '${action}' is not allowed on VM '${value.name}': virtual machines are described here, and not run. The VM is deallocated.`,
      )
    },
  })

export const machineStart = refusedAction('MachineStart', 'start', 'machine.start')
export const machinePowerOff = refusedAction('MachinePowerOff', 'powerOff', 'machine.powerOff')
export const machineRestart = refusedAction('MachineRestart', 'restart', 'machine.restart')
export const machineRedeploy = refusedAction('MachineRedeploy', 'redeploy', 'machine.redeploy')

/** It is that already: as in the service, asking once more is no error. */
export const machineDeallocate = armOperation({
  name: 'MachineDeallocate',
  method: 'POST',
  path: `${machinePath}/deallocate`,
  permissions: ['machine.deallocate'],
  params: ofMachine,
  query: anyQuery,
  body: { none: true },
  scope: atMachine,
  resource: ({ params }) => machineArmId(params),
  async handle(context, call, { params }) {
    await machineNamed(context, call, params)
    return empty(200)
  },
})
