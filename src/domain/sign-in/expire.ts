import type { CompartmentId } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import type { DueTask } from '#domain/jobs/task.ts'
import type { Family } from '#domain/records/family.ts'
import type { Records } from '#domain/records/records.ts'
import { revokedGrants } from '#domain/identity/records.ts'
import { authorizationCodes, deviceCodes, refreshTokens, signInSessions } from './records.ts'

type Path = readonly [id: string]

/** Removes a record of this family whose time is over: whoever comes with it is told the same as before. */
function expiring<T>(family: Family<T, Path>, operation: string, recordsOf: (context: Context) => Records<T, Path>): DueTask {
  return {
    family: family.name,
    operation,
    async run(
      context: Context,
      call: Call,
      { compartment, path }: { readonly compartment: CompartmentId; readonly path: readonly string[] },
    ) {
      const [id] = path
      if (id === undefined) return false
      const records = recordsOf(context)
      const held = await records.get(call, compartment, [id])
      const dueAt = held === undefined ? undefined : family.dueAt?.(held.value)
      if (held === undefined || dueAt === undefined || dueAt > call.at) return false
      records.remove(call, held)
      return true
    },
  }
}

/** What people signed in with, when nothing rests on it any more. */
export const expireSignIns: readonly DueTask[] = [
  expiring(authorizationCodes, 'AuthorizationCodeExpire', context => context.authorizationCodes),
  expiring(deviceCodes, 'DeviceCodeExpire', context => context.deviceCodes),
  expiring(refreshTokens, 'RefreshTokenExpire', context => context.refreshTokens),
  expiring(signInSessions, 'SignInSessionExpire', context => context.signInSessions),
  expiring(revokedGrants, 'RevokedGrantExpire', context => context.revokedGrants),
]
