import { machineArmId, machineNamed } from '#domain/machines/machine-place.ts'
import { json } from '#protocols/http/answer.ts'
import { listQuery } from '#protocols/arm/lists.ts'
import { atMachine, instanceView, machinePath, machineShape, ofMachine } from '#protocols/arm/machine-shapes.ts'
import { anyQuery } from '#protocols/arm/params.ts'
import { etagOf } from '#protocols/arm/preconditions.ts'
import { armOperation } from '#protocols/arm/site.ts'

export const machineGet = armOperation({
  name: 'MachineGet',
  method: 'GET',
  path: machinePath,
  permissions: ['machine.read'],
  params: ofMachine,
  query: listQuery,
  body: { none: true },
  scope: atMachine,
  resource: ({ params }) => machineArmId(params),
  async handle(context, call, { params, query }) {
    const machine = await machineNamed(context, call, params)
    return json(200, machineShape(machine, query.$expand), etagOf(machine))
  },
})

export const machineInstanceView = armOperation({
  name: 'MachineInstanceViewGet',
  method: 'GET',
  path: `${machinePath}/instanceView`,
  permissions: ['machine.readView'],
  params: ofMachine,
  query: anyQuery,
  body: { none: true },
  scope: atMachine,
  resource: ({ params }) => `${machineArmId(params)}/instanceView`,
  async handle(context, call, { params }) {
    return json(200, instanceView(await machineNamed(context, call, params)))
  },
})
