import type { Instance } from '#tests/clients/instance.ts'
import { fillDisk } from './steps/encrypted-disk.ts'
import { buildHouse } from './steps/key-and-set.ts'
import { watchPeople } from './steps/people.ts'
import { powerOff } from './steps/power-off.ts'
import { revokeKey } from './steps/revocation.ts'
import { roleDecides } from './steps/role.ts'
import { rotateKey } from './steps/rotation.ts'
import { signIn } from './steps/sign-in.ts'
import { StepFailed, teller, type Line } from './told.ts'

/** A customer's key protects a real disk, end to end. Answers whether all of it went as told. */
export async function tellStory(instance: Instance, tell: (line: Line) => void): Promise<boolean> {
  const step = teller(tell)
  try {
    const people = await step({ step: 1, title: 'an application signs in' }, async () => signIn(instance))
    const house = await step({ step: 2, title: 'a vault, a key, a disk encryption set' }, async () => buildHouse(instance, people))
    const held = await step({ step: 3, title: 'a disk before its set has the role' }, async () => roleDecides(instance, people, house))
    const filled = await step({ step: 4, title: 'a file system on the disk' }, async () => fillDisk(instance, held))
    const told = { people, house, filled }
    const rotated = await step({ step: 5, title: 'the key is rotated' }, async () => rotateKey(instance, told))
    await step({ step: 6, title: 'the key is revoked' }, async () => revokeKey(told, held, rotated))
    await step({ step: 7, title: 'people without rights, and the audit' }, async () => watchPeople(instance, told, { held, rotated }))
    await step({ step: 8, title: 'power off in the middle of writes' }, async () => powerOff(instance, told, held))
    return true
  } catch (error) {
    if (error instanceof StepFailed) return false
    throw error
  }
}
