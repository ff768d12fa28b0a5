import { ask } from './admin.ts'
import { text, type Invocation } from './command.ts'
import type { Credential } from './credential.ts'
import { memberOf, textOf } from './json-value.ts'
import { CommandFailed, exits } from './output.ts'
import { remoteOf, serverGiven } from './remote.ts'
import { parsed, send, siteOf, type Site } from './wire.ts'

/** Whom a command acts as at the wires: it has what that one has, and nothing by being the operator's. */
export interface Caller extends AsyncDisposable {
  /** Of the instance; `undefined` where it is reached by its wires alone. */
  readonly dataDir: string | undefined
  readonly environment: unknown
  readonly site: Site
  /** As messages call it. */
  readonly name: string
  readonly credential: Credential
  /** For a resource such as `https://vault.keystead.test`; fetched once. */
  token(resource: string): Promise<string>
}

/**
 * The administrator of the local profile; with `--as` an application, by a secret that is made for this command and ends with it. With
 * `--server` whoever the environment names, at the wires alone.
 */
export async function callerOf(dataDir: string, options: Invocation['options']): Promise<Caller> {
  const server = serverGiven(options)
  if (server !== undefined) {
    const remote = await remoteOf(server, options)
    return callerAt({ ...remote, dataDir: undefined, name: remote.credential.clientId })
  }
  const environment = await ask(dataDir, { method: 'GET', path: '/environment' })
  const as = text(options['as'])
  const lent = as === undefined ? undefined : await lentCredential(dataDir, as)
  const credential = lent ?? administratorIn(environment)
  return callerAt({ dataDir, environment, site: siteOf(environment), name: as ?? 'the administrator', credential }, lent)
}

function callerAt(who: Omit<Caller, 'token' | typeof Symbol.asyncDispose>, lent?: LentCredential): Caller {
  const tokens = new Map<string, Promise<string>>()
  return {
    ...who,
    token: async resource => tokens.getOrInsertComputed(resource, async () => fetchToken(who, resource)),
    async [Symbol.asyncDispose]() {
      await lent?.giveBack()
    },
  }
}

function administratorIn(environment: unknown): Credential {
  const administrator = memberOf(environment, 'administrator')
  const [clientId, clientSecret] = [memberOf(administrator, 'clientId'), memberOf(administrator, 'clientSecret')].map(textOf)
  if (clientId === undefined || clientSecret === undefined || clientSecret === '')
    throw new CommandFailed({
      exit: exits.denied,
      code: 'NoCredential',
      message: 'The administrator’s secret is not kept here.',
      because: 'the production profile showed it once',
      next: ['keystead app add NAME', 'the same command with --as NAME'],
    })
  return { clientId, clientSecret }
}

export interface LentCredential extends Credential {
  readonly keyId: string
  /** What was signed in with it counts no more, from the next request on. */
  giveBack(): Promise<void>
}

/**
 * One more secret of an application, for one command: it lives a day at the most, is written nowhere, and both its making and its end are in
 * the audit. Whoever holds the admin socket may give secrets; this is no more than that.
 */
export async function lentCredential(dataDir: string, application: string): Promise<LentCredential> {
  const body = { application, name: 'keystead --as', days: 1 }
  const made = await ask(dataDir, { method: 'POST', path: '/applications/credentials', body })
  const of = (name: string): string => textOf(memberOf(made, name))
  const keyId = of('keyId')
  let given = false
  const giveBack = async (): Promise<void> => {
    if (given) return
    given = true
    await ask(dataDir, { method: 'POST', path: '/applications/credentials/remove', body: { application: of('clientId'), keyId } })
  }
  return { clientId: of('clientId'), clientSecret: of('clientSecret'), keyId, giveBack }
}

async function fetchToken(
  { environment, site, credential }: Pick<Caller, 'environment' | 'site' | 'credential'>,
  resource: string,
): Promise<string> {
  const login = textOf(memberOf(memberOf(environment, 'endpoints'), 'login'))
  const answer = await send(site, {
    method: 'POST',
    url: `${login}/${textOf(memberOf(environment, 'tenantId'))}/oauth2/v2.0/token`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: credential.clientId,
      client_secret: credential.clientSecret,
      scope: `${resource}/.default`,
    }).toString(),
  })
  const token = textOf(memberOf(parsed(answer.text), 'access_token'))
  if (answer.status === 200 && token !== '') return token
  throw new CommandFailed({
    exit: answer.status === 503 ? exits.notReady : exits.denied,
    code: textOf(memberOf(parsed(answer.text), 'error')) || 'NoToken',
    message: 'No token was given.',
    because: textOf(memberOf(parsed(answer.text), 'error_description')).split(/\r?\n/)[0] ?? '',
  })
}
