import { machineArmId } from '#domain/machines/machine-place.ts'
import { putMachine } from '#domain/machines/set-machine.ts'
import { armJson } from '#protocols/arm/bodies.ts'
import { askLinked } from '#protocols/arm/compute-shapes.ts'
import { doneAnswer } from '#protocols/arm/done-answer.ts'
import { identityScope } from '#domain/resources/user-assigned-identities.ts'
import { machineBody } from '#protocols/arm/machine-bodies.ts'
import { atMachine, machinePath, machineShape, ofMachine } from '#protocols/arm/machine-shapes.ts'
import { anyQuery } from '#protocols/arm/params.ts'
import { refuseUnmet } from '#protocols/arm/preconditions.ts'
import { armOperation } from '#protocols/arm/site.ts'

export const machinePut = armOperation({
  name: 'MachinePut',
  method: 'PUT',
  path: machinePath,
  permissions: ['machine.write'],
  linked: ['identity.assign', 'disk.write', 'interface.join'],
  params: ofMachine,
  query: anyQuery,
  body: armJson(machineBody),
  scope: atMachine,
  resource: ({ params }) => machineArmId(params),
  async handle(context, call, { site, params, body, permit, request }) {
    await refuseUnmet(context, call, { request, armId: machineArmId(params) })
    const { machine, created } = await putMachine(context, call, {
      ...params,
      ...body,
      permit: permit('machine.write'),
      mayAssign: identity => askLinked(permit, 'identity.assign', identityScope(identity)),
      mayAttach: disk => askLinked(permit, 'disk.write', disk),
      mayJoin: networkInterface => askLinked(permit, 'interface.join', networkInterface),
    })
    return doneAnswer({ site, call, request }, { status: created ? 201 : 200, held: machine, resource: machineShape(machine) })
  },
})
