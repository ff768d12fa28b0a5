import type { ProblemDetails } from '#model/problem.ts'
import type { Refusal } from '#protocols/http/protocol.ts'
import type { VaultSite } from './site.ts'

type Where = Refusal<VaultSite>
type Denied = ProblemDetails<'AccessDenied'>

/** Who, what and where in the service's words (key-vault.md 1.5): by its access policies, or by role. Nothing of the key. */
export function accessWords(details: Denied, { site }: Where) {
  const vault = site?.vault.value
  const [name, location] = [vault?.name ?? '', vault?.location ?? '']
  return vault?.enableRbacAuthorization === false ? byPolicy(details, { name, location }) : byRole(details, { name, location })
}

function byRole(
  { appId = '', oid, issuer = '', action, scope, denial }: Denied,
  vault: { readonly name: string; readonly location: string },
) {
  const lines = [
    'Caller is not authorized to perform action on resource.',
    'If role assignments, deny assignments or role definitions were changed recently, please observe propagation time.',
    `Caller: appid=${appId};oid=${oid};iss=${issuer}`,
    `Action: '${action}'`,
    `Resource: '${scope}'`,
    'Assignment: (not found)',
    `DenyAssignmentId: ${denial === undefined ? 'null' : `'${denial.id}'`}`,
    `DecisionReason: '${denial === undefined ? 'DeniedWithNoValidRBAC' : 'DeniedByDenyAssignment'}' `,
    `Vault: ${vault.name};location=${vault.location}`,
    '',
  ]
  return { status: 403, code: 'Forbidden', inner: 'ForbiddenByRbac', message: lines.join('\r\n') }
}

function byPolicy(
  { appId = '', oid, issuer = '', because, policies = '', groups }: Denied,
  { name, location }: { readonly name: string; readonly location: string },
) {
  const numgroups = groups === 0 ? '' : `numgroups=${groups};`
  const caller = `appid=${appId};oid=${oid};${numgroups}iss=${issuer}`
  // The row is for an application that acts for this caller, and the token says that none does.
  if (because === 'access-policy-needs-its-application') {
    const message = `The policy requires the caller '${caller}' to use on-behalf-of (OBO) flow.\r\nVault: ${name};location=${location}`
    return { status: 403, code: 'Forbidden', inner: 'ForbiddenByPolicy', message }
  }
  const [kind = '', word = ''] = policies.split(' ')
  const message = `The user, group or application '${caller}' does not have ${kind} ${word} permission on key vault '${name};location=${location}'.`
  return { status: 403, code: 'Forbidden', inner: 'AccessDenied', message }
}

/** A refusal by the vault's firewall; it names the caller, whom the token has proved (key-vault.md 9). */
export function networkWords({ because, bypassed, address }: ProblemDetails<'NetworkForbidden'>, { call, site }: Where) {
  const { appId = '', id, issuer = '' } = call.who
  const { name = '', location = '' } = site?.vault.value ?? {}
  const lines = [
    networkSentences[because][bypassed ? 'bypassed' : 'ignored'],
    `Client address: ${address}`,
    `Caller: appid=${appId};oid=${id};iss=${issuer}`,
    `Vault: ${name};location=${location}`,
  ]
  const inner = because === 'address' ? 'ForbiddenByFirewall' : 'ForbiddenByConnection'
  return { status: 403, code: 'Forbidden', inner, message: lines.join('\r\n') }
}

const networkSentences = {
  address: {
    bypassed: 'Client address is not authorized and caller is not a trusted service.',
    ignored: 'Client address is not authorized and caller was ignored because bypass is set to None.',
  },
  publicAccess: {
    bypassed: 'Public network access is disabled and request is not from a trusted service nor via an approved private link.',
    ignored:
      "Connection is not an approved private link and caller was ignored because bypass is not set to 'AzureServices' " +
      "and PublicNetworkAccess is set to 'Disabled'.",
  },
} as const
