import { millisecondsUntil } from '#demo/open-export.ts'
import { expect, type Seen } from '#demo/told.ts'
import { use } from '#demo/tools.ts'
import type { Held } from './role.ts'
import { encryptionUser } from './role.ts'
import type { Rotated, Told } from './rotation.ts'

const withinMs = 1_000

/** Key off: I/O fails on the open connection within a second, a new one is refused. Key on: the same connection works again. The role does the same. */
export async function revokeKey({ people, house, filled }: Told, held: Held, { latest, open }: Rotated): Promise<Seen<undefined>> {
  const { builder } = people
  const keys = builder.keys(house.vault)
  const able = async (enabled: boolean) => keys.updateKeyProperties(house.keyName, latest.properties.version ?? '', { enabled })
  expect(await open.works(), 'the open export does not work to begin with')
  await able(false)
  const revokeMs = await millisecondsUntil(open, 'fails')
  expect(await refuses(filled.place.uri), 'a new connection was served while the key was off')
  await able(true)
  const resumeMs = await millisecondsUntil(open, 'works')
  await builder.authorization.roleAssignments.delete(house.keyScope, held.assignment)
  const roleRevokeMs = await millisecondsUntil(open, 'fails')
  await builder.assign(encryptionUser, house.set.principalId, house.keyScope)
  const roleResumeMs = await millisecondsUntil(open, 'works')
  expect((await open.read(0, 65_536)).equals(filled.image.subarray(0, 65_536)), 'the disk reads otherwise than before')
  open.close()
  const figures = { revokeMs, resumeMs, roleRevokeMs, roleResumeMs }
  for (const [name, ms] of Object.entries(figures)) expect(ms <= withinMs, `${name} is ${ms}: over a second`)
  return {
    made: undefined,
    told: `key off: I/O fails after ${revokeMs} ms, a new export is refused; on: the same connection works after ${resumeMs} ms; role taken ${roleRevokeMs} ms, given ${roleResumeMs} ms`,
    figures,
  }
}

async function refuses(uri: string): Promise<boolean> {
  try {
    await use('nbdcopy', uri, 'null:')
    return false
  } catch {
    return true
  }
}
