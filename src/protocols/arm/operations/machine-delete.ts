import { deleteMachine } from '#domain/machines/delete-machine.ts'
import { machineArmId, machineByArmId } from '#domain/machines/machine-place.ts'
import { empty } from '#protocols/http/answer.ts'
import { atMachine, machinePath, ofMachine } from '#protocols/arm/machine-shapes.ts'
import { goneAnswer } from '#protocols/arm/done-answer.ts'
import { anyQuery } from '#protocols/arm/params.ts'
import { refuseUnmet } from '#protocols/arm/preconditions.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** 204 where there is none. */
export const machineDelete = armOperation({
  name: 'MachineDelete',
  method: 'DELETE',
  path: machinePath,
  permissions: ['machine.delete'],
  params: ofMachine,
  query: anyQuery,
  body: { none: true },
  scope: atMachine,
  resource: ({ params }) => machineArmId(params),
  async handle(context, call, { site, params, permit, request }) {
    await refuseUnmet(context, call, { request, armId: machineArmId(params) })
    const machine = await machineByArmId(context, call, machineArmId(params))
    if (machine === undefined) return empty(204)
    await deleteMachine(context, call, { permit: permit('machine.delete'), machine })
    return goneAnswer({ site, call, request }, machine.value)
  },
})
