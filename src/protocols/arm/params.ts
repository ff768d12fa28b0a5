import { z } from 'zod'
import { groupScope, subscriptionScope } from '#domain/resources/scopes.ts'
import { isVaultName, vaultNameRule } from '#domain/resources/vault-names.ts'
import { normalLocation } from '#domain/resources/locations.ts'
import { formatArmId, isGroupName, isGuid, parseArmId, scopeOfArmId } from '#protocols/azure/arm-ids.ts'
import { rootScope } from '#domain/resources/scopes.ts'

// Parameters of paths. A refusal's code is found by the parameter's name (problems.ts), its sentence stands here.

const guid = (message: string) =>
  z
    .string()
    .refine(isGuid, message)
    .transform(text => text.toLowerCase())

export const subscriptionId = guid('The provided subscription identifier is malformed or invalid.')
export const group = z
  .string()
  .refine(
    isGroupName,
    'The provided resource group name has invalid characters or length: 1 to 90 letters, digits, ., _, -, ( and ), not ending in a period.',
  )
export const vault = z.string().refine(isVaultName, `The vault name is invalid. ${vaultNameRule}`)
/** Of a vault that is asked for: one that could not be made is not there, which is all that is said of it. */
const wantedVault = z.string().regex(/^[\w.()-]{1,260}$/, `The vault name is invalid. ${vaultNameRule}`)
export const location = z.string().transform(normalLocation)
export const key = z.string().regex(/^[0-9a-zA-Z-]{1,127}$/, 'The key name is invalid: 1 to 127 letters, digits and hyphens.')
export const secret = z.string().regex(/^[0-9a-zA-Z-]{1,127}$/, 'The secret name is invalid: 1 to 127 letters, digits and hyphens.')
export const keyVersion = z
  .string()
  .regex(/^[0-9a-f]{32}$/i, 'The key version is invalid.')
  .transform(text => text.toLowerCase())
export const identity = z
  .string()
  .regex(
    /^[a-zA-Z0-9][a-zA-Z0-9_-]{2,127}$/,
    'The identity name is invalid: 3 to 128 letters, digits, underscores and hyphens, a letter or digit in front.',
  )

/** Names of what is made at a scope, in the words of the service, which tells the name too. */
const accessId = (what: string) =>
  z
    .string()
    .refine(isGuid, { error: ({ input }) => `The ${what} ID '${String(input).slice(0, 64)}' is not valid. The ${what} ID must be a GUID.` })
    .transform(text => text.toLowerCase())
export const roleAssignment = accessId('role assignment')
export const roleDefinition = accessId('role definition')
export const denyAssignment = accessId('deny assignment')

/** Segments in front of an extension resource, as one scope; nothing in front is the root. */
export const extended = z.string().transform((text, context) => {
  if (text === '') return { scope: rootScope, scopeId: '', subscriptionId: undefined }
  const id = parseArmId(`/${text}`)
  if (id !== undefined && id.extension === undefined)
    return { scope: scopeOfArmId(id), scopeId: formatArmId(id), subscriptionId: id.subscriptionId }
  context.addIssue({ code: 'custom', message: 'The scope of the request is not valid.' })
  return z.NEVER
})

export const namespace = z.string().regex(/^[A-Za-z][\w.]{0,99}$/, 'The resource namespace is invalid.')

export const inSubscription = z.object({ subscriptionId })
export const ofProvider = z.object({ subscriptionId, namespace })
export const inGroup = z.object({ subscriptionId, group })
export const ofNewVault = z.object({ subscriptionId, group, vault }).transform(({ vault, ...rest }) => ({ ...rest, name: vault }))
export const ofVault = z.object({ subscriptionId, group, vault: wantedVault }).transform(({ vault, ...rest }) => ({ ...rest, name: vault }))
export const ofIdentity = z.object({ subscriptionId, group, identity }).transform(({ identity, ...rest }) => ({ ...rest, name: identity }))

export const ofFederatedCredential = z.object({
  subscriptionId,
  group,
  identity,
  credential: z
    .string()
    .regex(
      /^[a-zA-Z0-9][a-zA-Z0-9_-]{2,119}$/,
      'The federated identity credential name is invalid: 3 to 120 letters, digits, hyphens and underscores, a letter or digit in front.',
    ),
})

export const atSubscription = ({ params }: { readonly params: { readonly subscriptionId: string } }) =>
  subscriptionScope(params.subscriptionId)
export const atGroup = ({ params }: { readonly params: { readonly subscriptionId: string; readonly group: string } }) =>
  groupScope(params.subscriptionId, params.group)

/** Members of a query that no operation here reads are not looked at. */
export const anyQuery = z.object({})
