import type { Scope } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { refused } from '#domain/resources/arm-refusal.ts'
import { subscriptionOfArmId } from '#domain/resources/scopes.ts'
import type { VirtualMachine } from './records.ts'

interface Interfaces {
  readonly interfaces: VirtualMachine['interfaces']
  readonly machine: Pick<VirtualMachine, 'id' | 'interfaces'>
  /** Asked of each interface that the machine has not had (`LinkedAccessDenied`). */
  readonly mayJoin: (networkInterface: Scope) => Permit<'interface.join'>
}

/** The network interfaces that a machine names are there, and no other machine's. Raises `ArmRefused` InvalidResourceReference, NicInUse. */
export async function assertInterfaces(
  context: Needs<'networkInterfaces' | 'virtualMachines'>,
  call: Call,
  { interfaces, machine, mayJoin }: Interfaces,
): Promise<void> {
  for (const { id } of interfaces) {
    const home = compartmentOfGuid(subscriptionOfArmId(id) ?? '')
    const held = await context.networkInterfaces.get(call, home, [id.toLowerCase()])
    if (held === undefined)
      throw refused(400, {
        code: 'InvalidResourceReference',
        message: `Resource ${id} referenced by resource ${machine.id} was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.`,
      })
    if (machine.interfaces.some(one => one.id.toLowerCase() === id.toLowerCase())) continue
    assertPermits(mayJoin(held.value.scope), held.value.scope)
    const [other] = context.virtualMachines.all(
      call,
      home,
      ({ value }) =>
        value.id.toLowerCase() !== machine.id.toLowerCase() && value.interfaces.some(one => one.id.toLowerCase() === id.toLowerCase()),
    )
    if (other !== undefined)
      throw refused(400, { code: 'NicInUse', message: `Network Interface ${id} is used by existing resource ${other.value.id}.` })
  }
}
