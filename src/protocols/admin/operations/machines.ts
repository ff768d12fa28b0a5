import { z } from 'zod'
import { machineArmId, machineByArmId, machineScope, type HeldMachine } from '#domain/machines/machine-place.ts'
import { patchMachine, putMachine, type MachineWishes } from '#domain/machines/set-machine.ts'
import type { ResourceIdentity } from '#domain/resources/records.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { identityScope } from '#domain/resources/user-assigned-identities.ts'
import { Problem } from '#model/problem.ts'
import { parseArmId } from '#protocols/azure/arm-ids.ts'
import { json } from '#protocols/http/answer.ts'
import { adminOperation } from '#protocols/admin/site.ts'

const common = { method: 'POST', scope: () => rootScope, params: z.object({}), query: z.object({}) } as const
const wishes: MachineWishes = { size: undefined, zones: undefined, disks: undefined, interfaces: undefined, kept: {} }

/** What the operator's commands name nobody's: disks and interfaces are joined through ARM. */
const never = (): never => {
  throw new Error('a machine of the operator joins nothing')
}

const shape = ({ value }: HeldMachine) => ({
  id: value.id,
  name: value.name,
  type: 'Microsoft.Compute/virtualMachines',
  location: value.location,
  identity: value.identity && {
    type: value.identity.type,
    principalId: value.identity.principalId,
    tenantId: value.identity.tenantId,
    userAssignedIdentities: Object.fromEntries(value.identity.userAssigned.map(({ id, ...ids }) => [id, ids])),
  },
  properties: { vmId: value.vmId, hardwareProfile: { vmSize: value.size } },
})

export const createMachine = adminOperation({
  ...common,
  name: 'MachineCreate',
  path: '/machines',
  permissions: ['machine.write'],
  body: {
    json: z.strictObject({
      name: z
        .string()
        .regex(/^[a-zA-Z0-9](?:[a-zA-Z0-9_.-]{0,62}[a-zA-Z0-9_])?$/, 'name is 1 to 64 letters, digits, underscores, periods and hyphens'),
      size: z.string().min(1).max(80).optional(),
    }),
  },
  async handle(context, call, { site, body, permit }) {
    const { subscriptionId, group } = site.runtime.home
    const at = { subscriptionId, group, name: body.name }
    call.resource = machineArmId(at)
    if ((await machineByArmId(context, call, machineArmId(at))) !== undefined)
      throw new Problem({ code: 'Conflict', details: { message: `The virtual machine ${body.name} is there already.` } })
    const { machine } = await putMachine(context, call, {
      ...at,
      permit: permit('machine.write', { on: machineScope(at) }),
      mayAssign: never,
      mayAttach: never,
      mayJoin: never,
      location: context.instance.location,
      tags: undefined,
      identity: { type: 'SystemAssigned', userAssigned: [], removed: [] },
      wishes: { ...wishes, size: body.size ?? 'Standard_D2s_v5' },
    })
    return json(201, shape(machine))
  },
})

const nameOf = (text: string, type: string) => {
  const id = parseArmId(text)
  const [name] = id?.names ?? []
  const its = [id?.provider, ...(id?.types ?? [])].join('/').toLowerCase()
  return id?.group === undefined || name === undefined || its !== type.toLowerCase()
    ? undefined
    : { subscriptionId: id.subscriptionId, group: id.group, name }
}
const ofType = (type: string, message: string) =>
  z.string().transform((text, context) => {
    const found = nameOf(text, type)
    if (found !== undefined) return found
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  })

/** Its own identity is asked for by naming no other; what it has already stays. */
function typeWith(before: ResourceIdentity | undefined, other: boolean): ResourceIdentity['type'] {
  const own = before?.principalId !== undefined || !other
  const others = other || (before?.userAssigned.length ?? 0) > 0
  return own ? (others ? 'SystemAssigned, UserAssigned' : 'SystemAssigned') : 'UserAssigned'
}

export const assignMachineIdentity = adminOperation({
  ...common,
  name: 'MachineIdentityAssign',
  path: '/machines/identity',
  permissions: ['machine.write'],
  linked: ['identity.assign'],
  body: {
    json: z.strictObject({
      id: ofType('Microsoft.Compute/virtualMachines', 'id is the ARM id of a virtual machine'),
      identity: ofType('Microsoft.ManagedIdentity/userAssignedIdentities', 'identity is the ARM id of a user-assigned identity').optional(),
    }),
  },
  async handle(context, call, { body, permit }) {
    const at = body.id
    call.resource = machineArmId(at)
    const before = await machineByArmId(context, call, machineArmId(at))
    const machine = await patchMachine(context, call, {
      ...at,
      permit: permit('machine.write', { on: machineScope(at) }),
      mayAssign: identity => permit('identity.assign', { on: identityScope(identity) }),
      mayAttach: never,
      mayJoin: never,
      tags: undefined,
      identity: {
        type: typeWith(before?.value.identity, body.identity !== undefined),
        userAssigned: body.identity === undefined ? [] : [body.identity],
        removed: [],
      },
      wishes,
    })
    return json(200, shape(machine))
  },
})
