import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { azureCli } from '#domain/identity/azure-cli.ts'
import type { Application } from '#domain/identity/records.ts'
import { missing, refused } from '#domain/identity/refusals.ts'
import { signIn, type ClientCredential } from '#domain/identity/sign-in.ts'

type ClientNeeds = Needs<'identity' | 'instance' | 'tenants' | 'store' | 'ground'>

/** An application through which a user acts, as its tenant has it. */
export interface Client {
  readonly application: Application
  /** `appidacr` of the tokens: 0 nobody proved it, 1 secret, 2 certificate. */
  readonly proof: '0' | '1' | '2'
}

/** The client of a token request in the tenant of the grant: a public one by its name, any other by its credential. Raises `OAuthRefused`. */
export async function provenClient(
  context: ClientNeeds,
  call: Call,
  asking: {
    readonly tenantId: string
    readonly clientId: string | undefined
    readonly credential: ClientCredential
    /** The grant itself says that its client proves nothing: its address is on somebody's own machine. */
    readonly isPublic?: boolean | undefined
  },
): Promise<Client> {
  const { tenantId, credential } = asking
  if (asking.clientId === undefined) throw missing('client_id')
  if (credential.secret !== undefined || credential.assertion !== undefined) {
    const { application, method } = await signIn(context, call, { tenant: tenantId, clientId: asking.clientId, credential })
    // Nobody signs in through a managed identity, whoever vouches for it.
    if (application === undefined) throw unknownClient(asking.clientId, undefined)
    return { application, proof: method === 'secret' ? '1' : '2' }
  }
  const application = knownClient(context, tenantId, asking.clientId)
  if (!application.publicClient && asking.isPublic !== true)
    throw refused('clientUnproved', "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.")
  return { application, proof: '0' }
}

/** An application that users of the tenant may sign in to. Raises `OAuthRefused`. */
export function knownClient({ identity }: Needs<'identity'>, tenantId: string, clientId: string): Application {
  const appId = clientId.toLowerCase()
  const application = identity.index.application(tenantId, appId)?.value
  const principal = identity.index.servicePrincipalOfApp(tenantId, appId)?.value
  if (application === undefined) throw unknownClient(clientId, identity.index.tenant(tenantId)?.value.displayName)
  if (principal === undefined)
    throw refused('noPrincipal', `The client application ${appId} is missing service principal in the tenant ${tenantId}.`)
  if (!principal.enabled) throw refused('disabledApplication', `Application '${appId}' (${application.displayName}) is disabled.`)
  return application
}

export const unknownClient = (clientId: string, directory: string | undefined) =>
  refused(
    'unknownApplication',
    `Application with identifier '${clientId.slice(0, 64)}' was not found in the directory${directory === undefined ? '' : ` '${directory}'`}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`,
  )

/** Clients of one family take each other's refresh tokens; of Microsoft's, az's is the one that every tenant has. */
export const familyOf = ({ appId }: Application): string | undefined => (appId === azureCli.appId ? '1' : undefined)
