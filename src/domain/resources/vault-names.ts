import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Held } from '#domain/records/family.ts'
import type { ReservedName } from './records.ts'

/** Letters, digits, single hyphens, 3 to 24, a letter in front, no hyphen last (identity-and-arm.md 2.1). */
export const isVaultName = (name: string): boolean => /^(?!.*--)[a-z][a-z0-9-]{1,22}[a-z0-9]$/i.test(name)

export const vaultNameRule =
  "A vault's name must be between 3-24 alphanumeric characters. The name must begin with a letter, end with a letter or digit, and not contain consecutive hyphens."

export type HeldName = Held<ReservedName, readonly [kind: string, name: string]>

/** The reservation of a vault's name in the whole instance: live and deleted vaults alike. */
export async function reservationOf(context: Needs<'names' | 'instance'>, call: Call, name: string): Promise<HeldName | undefined> {
  return context.names.get(call, context.instance.installation, ['vault', name.toLowerCase()])
}

/** Whose name is taken learns it in the service's words. */
export function nameTaken(name: string, state: 'live' | 'deleted'): Problem {
  const details =
    state === 'deleted'
      ? {
          status: 409,
          code: 'ConflictError',
          message: `A vault with the same name already exists in deleted state. You need to either recover or purge existing key vault. Follow this link https://go.microsoft.com/fwlink/?linkid=2149745 for more information on soft delete.`,
        }
      : {
          status: 409,
          code: 'VaultAlreadyExists',
          message: `The vault name '${name}' is already in use. Vault names are globally unique so it is possible that the name is already taken. If you are sure that the vault name was not taken then it is possible that a vault with the same name was recently deleted but not purged after being placed in a recoverable state.`,
        }
  return new Problem({ code: 'ArmRefused', details })
}

export interface NameAvailability {
  readonly nameAvailable: boolean
  readonly reason?: 'AccountNameInvalid' | 'AlreadyExists'
  readonly message?: string
}

/** Free, taken or none at all. */
export async function vaultNameAvailability(context: Needs<'names' | 'instance'>, call: Call, name: string): Promise<NameAvailability> {
  if (!isVaultName(name)) return { nameAvailable: false, reason: 'AccountNameInvalid', message: vaultNameRule }
  if ((await reservationOf(context, call, name)) === undefined) return { nameAvailable: true }
  return { nameAvailable: false, reason: 'AlreadyExists', message: `The vault name '${name}' is already in use.` }
}
