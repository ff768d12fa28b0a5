import { machineArmId } from '#domain/machines/machine-place.ts'
import { patchMachine } from '#domain/machines/set-machine.ts'
import { identityScope } from '#domain/resources/user-assigned-identities.ts'
import { armJson } from '#protocols/arm/bodies.ts'
import { askLinked } from '#protocols/arm/compute-shapes.ts'
import { doneAnswer } from '#protocols/arm/done-answer.ts'
import { machinePatch as machinePatchBody } from '#protocols/arm/machine-bodies.ts'
import { atMachine, machinePath, machineShape, ofMachine } from '#protocols/arm/machine-shapes.ts'
import { anyQuery } from '#protocols/arm/params.ts'
import { refuseUnmet } from '#protocols/arm/preconditions.ts'
import { armOperation } from '#protocols/arm/site.ts'

export const machinePatch = armOperation({
  name: 'MachineUpdate',
  method: 'PATCH',
  path: machinePath,
  permissions: ['machine.write'],
  linked: ['identity.assign', 'disk.write', 'interface.join'],
  params: ofMachine,
  query: anyQuery,
  body: armJson(machinePatchBody),
  scope: atMachine,
  resource: ({ params }) => machineArmId(params),
  async handle(context, call, { site, params, body, permit, request }) {
    await refuseUnmet(context, call, { request, armId: machineArmId(params) })
    const machine = await patchMachine(context, call, {
      ...params,
      ...body,
      permit: permit('machine.write'),
      mayAssign: identity => askLinked(permit, 'identity.assign', identityScope(identity)),
      mayAttach: disk => askLinked(permit, 'disk.write', disk),
      mayJoin: networkInterface => askLinked(permit, 'interface.join', networkInterface),
    })
    return doneAnswer({ site, call, request }, { status: 200, held: machine, resource: machineShape(machine) })
  },
})
