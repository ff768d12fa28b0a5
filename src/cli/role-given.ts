import { randomUUID } from 'node:crypto'
import type { Caller } from './caller.ts'
import { askCloud, listCloud } from './cloud-wire.ts'
import { memberOf, textOf } from './json-value.ts'
import { CommandFailed, exits } from './output.ts'

const apiVersion = 'api-version=2022-04-01'
const authorization = 'providers/Microsoft.Authorization'

/** A role that is there, at a place that is there. */
export interface WantedRole {
  /** Its ARM id. */
  readonly roleId: string
  readonly role: string
  /** ARM id, without a slash at its end. */
  readonly scope: string
}

/** `--role` and `--scope`, which go together; `undefined` where neither was given. Raises `CommandFailed`. */
export function pairOf(role: string | undefined, scope: string | undefined): { readonly role: string; readonly scope: string } | undefined {
  if (role === undefined && scope === undefined) return undefined
  if (role !== undefined && scope !== undefined) return { role, scope }
  throw new CommandFailed({
    exit: exits.usage,
    code: 'Usage',
    message: '--role says what it may do and --scope where: both, or neither.',
    next: ['keystead app add ci --role "Key Vault Crypto User" --scope kv1/k1'],
  })
}

/** Role by its name or GUID, and place by its ARM id, a vault's name or `vault/key`, as the caller sees them. Raises `CommandFailed`. */
export async function roleWanted(
  caller: Caller,
  { role, scope: place }: { readonly role: string; readonly scope: string },
): Promise<WantedRole> {
  const scope = (await scopeNamed(caller, place)).replace(/\/+$/, '')
  const by = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(role)
    ? (one: unknown): boolean => textOf(memberOf(one, 'name')).toLowerCase() === role.toLowerCase()
    : (one: unknown): boolean => textOf(memberOf(memberOf(one, 'properties'), 'roleName')).toLowerCase() === role.toLowerCase()
  const found = (await listCloud(caller, { at: 'management', path: `${scope}/${authorization}/roleDefinitions?${apiVersion}` })).filter(by)
  const [first, ...others] = found
  if (first !== undefined && others.length === 0)
    return { roleId: textOf(memberOf(first, 'id')), role: textOf(memberOf(memberOf(first, 'properties'), 'roleName')), scope: scope || '/' }
  throw new CommandFailed({
    exit: first === undefined ? exits.missing : exits.usage,
    code: first === undefined ? 'RoleDefinitionDoesNotExist' : 'Ambiguous',
    message:
      first === undefined
        ? `No role is called ${role} at ${scope || '/'}.`
        : `${found.length} roles are called ${role}; name one by its GUID.`,
    next: [`keystead exec -- az role definition list --scope ${scope || '/'} --query "[].roleName"`],
  })
}

/** It counts from the next request on. Raises `CommandFailed` with ARM's own refusal. */
export async function giveRole(caller: Caller, { roleId, scope }: WantedRole, principalId: string): Promise<void> {
  await askCloud(caller, {
    at: 'management',
    method: 'PUT',
    path: `${scope.replace(/\/+$/, '')}/${authorization}/roleAssignments/${randomUUID()}?${apiVersion}`,
    body: { properties: { roleDefinitionId: roleId, principalId, principalType: 'ServicePrincipal' } },
  })
}

const object = /^(?<vault>[0-9a-z-]+)(?:\/(?:(?<kind>keys|secrets|certificates)\/)?(?<name>[0-9a-z-]+))?$/i

async function scopeNamed(caller: Caller, place: string): Promise<string> {
  if (place.startsWith('/')) return place
  const { vault = '', kind = 'keys', name } = object.exec(place)?.groups ?? {}
  if (vault === '')
    throw new CommandFailed({
      exit: exits.usage,
      code: 'Usage',
      message: `${place} is no scope: name an ARM id, a vault, VAULT/KEY or VAULT/secrets/NAME.`,
    })
  const subscription = `/subscriptions/${textOf(memberOf(caller.environment, 'subscriptionId'))}`
  const path = `${subscription}/providers/Microsoft.KeyVault/vaults?api-version=2023-07-01`
  const vaults = await listCloud(caller, { at: 'management', path })
  const found = vaults.find(one => textOf(memberOf(one, 'name')).toLowerCase() === vault.toLowerCase())
  if (found === undefined)
    throw new CommandFailed({
      exit: exits.missing,
      code: 'VaultNotFound',
      message: `${caller.name} sees no vault ${vault}.`,
      next: ['keystead vault list'],
    })
  const id = textOf(memberOf(found, 'id'))
  return name === undefined ? id : `${id}/${kind.toLowerCase()}/${name}`
}
