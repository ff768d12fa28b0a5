import type { CompartmentId } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'

/** Somebody that a grant names: how it is kept, and who had the name at that time. */
export interface NamedInGrant {
  readonly name: string
  readonly id?: string
  readonly isService: boolean
}

type PrincipalNeeds = Needs<'accounts' | 'accountUsers' | 'accountRoles' | 'instance'>

const account = /^(?:arn:aws:iam::)?(?<accountId>\d{12})(?::root)?$/
const entity = /^arn:aws:iam::(?<accountId>\d{12}):(?<kind>user|role)(?<path>\/(?:[!-~]+\/)?)(?<name>[\w+=,.@-]{1,64})$/
const session = /^arn:aws:sts::(?<accountId>\d{12}):assumed-role\/(?<role>(?:aws:)?[\w+=,.@-]{1,64})\/(?<session>[\w+=,.@:-]{2,64})$/
const federated = /^arn:aws:sts::(?<accountId>\d{12}):federated-user\/[\w+=,.@-]{2,32}$/
const service = /^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.amazonaws\.com$/

const invalid = (text: string): Problem =>
  new Problem({ code: 'ArnInvalid', details: { message: `ARN does not refer to a valid principal: ${text}` } })

/**
 * An account, a user, a role, a session of a role, a federated user, or a service, that is there now in any account of the instance; no group, nobody unknown
 * (aws-kms.md 4.3). Raises `ArnInvalid`.
 */
export async function principalOfGrant(context: PrincipalNeeds, call: Call, text: string): Promise<NamedInGrant> {
  if (service.test(text)) return { name: text, isService: true }
  const found =
    (await accountNamed(context, call, text)) ??
    (await entityNamed(context, call, text)) ??
    (await sessionNamed(context, call, text)) ??
    (await federatedNamed(context, call, text))
  if (found === undefined) throw invalid(text)
  return { ...found, isService: false }
}

/** A service that was named as one. */
export const serviceOfGrant = (name: string): NamedInGrant => ({ name, isService: true })

/** Nobody's record: whoever is vouched for by that name. */
async function federatedNamed(context: PrincipalNeeds, call: Call, text: string): Promise<Found> {
  const { accountId } = federated.exec(text)?.groups ?? {}
  return accountId === undefined || (await compartmentOf(context, call, accountId)) === undefined ? undefined : { name: text }
}

type Found = Omit<NamedInGrant, 'isService'> | undefined

async function accountNamed(context: PrincipalNeeds, call: Call, text: string): Promise<Found> {
  const { accountId } = account.exec(text)?.groups ?? {}
  if (accountId === undefined || (await compartmentOf(context, call, accountId)) === undefined) return undefined
  return { name: `arn:aws:iam::${accountId}:root` }
}

async function entityNamed(context: PrincipalNeeds, call: Call, text: string): Promise<Found> {
  const { accountId, kind, path, name = '' } = entity.exec(text)?.groups ?? {}
  const compartment = await compartmentOf(context, call, accountId)
  if (compartment === undefined) return undefined
  const records = kind === 'user' ? context.accountUsers : context.accountRoles
  const held = await records.get(call, compartment, [name.toLowerCase()])
  return held?.value.name === name && held.value.path === path ? { name: text, id: held.value.id } : undefined
}

async function compartmentOf({ accounts, instance }: PrincipalNeeds, call: Call, accountId = ''): Promise<CompartmentId | undefined> {
  return (await accounts.get(call, instance.installation, [accountId]))?.value.compartment
}

/** Roles of services are nobody's records: their names, which no account can give, say what they are. */
async function sessionNamed(context: PrincipalNeeds, call: Call, text: string): Promise<Found> {
  const { accountId = '', role = '', session: sessionName } = session.exec(text)?.groups ?? {}
  if (sessionName === undefined) return undefined
  const compartment = await compartmentOf(context, call, accountId)
  if (compartment === undefined) return undefined
  if (role.startsWith('aws:')) return { name: text }
  const held = await context.accountRoles.get(call, compartment, [role.toLowerCase()])
  return held?.value.name === role ? { name: text, id: `${held.value.id}:${sessionName}` } : undefined
}
