import { ask } from './admin.ts'
import type { Caller } from './caller.ts'
import { listOf, memberOf, textOf } from './json-value.ts'
import type { ObjectName } from './object-name.ts'
import { CommandFailed, exits, type Failure } from './output.ts'
import { quoted } from './shell-words.ts'
import { parsed, send, type WireAnswer, type WireRequest } from './wire.ts'

export interface VaultRequest {
  readonly method: WireRequest['method']
  /** Of what, in which vault. */
  readonly on: Pick<ObjectName, 'vault' | 'shown'>
  /** Behind the vault's host, without a query. */
  readonly path: string
  readonly body?: unknown
  /** What it asks for, by the permission's own name: `key.sign`. */
  readonly action: string
}

// The newest, and with it every type of key there is.
const version = '2026-05-01-preview'

/** One request to a vault as the caller, in its own words; a refusal becomes the command's, with the role that is missing. */
export async function askVault(caller: Caller, request: VaultRequest): Promise<unknown> {
  const suffix = textOf(memberOf(memberOf(caller.environment, 'endpoints'), 'vaultSuffix'))
  const url = request.path.startsWith('https://') ? request.path : `https://${request.on.vault}${suffix}${request.path}`
  const token = await caller.token(`https://${suffix.slice(1)}`)
  const answer = await send(caller.site, {
    method: request.method,
    url: url.includes('?') ? url : `${url}?api-version=${version}`,
    headers: { authorization: `Bearer ${token}`, ...(request.body !== undefined && { 'content-type': 'application/json' }) },
    ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
  })
  if (answer.status < 400) return parsed(answer.text) ?? {}
  throw new CommandFailed(await failureOf(caller, request, answer))
}

/** All pages of a list. */
export async function listVault(caller: Caller, request: Omit<VaultRequest, 'method'>): Promise<readonly unknown[]> {
  const found: unknown[] = []
  for (let path: string | undefined = request.path; path !== undefined;) {
    const page: unknown = await askVault(caller, { ...request, method: 'GET', path })
    found.push(...listOf(memberOf(page, 'value')))
    path = textOf(memberOf(page, 'nextLink')) || undefined
  }
  return found
}

const exitOf: Readonly<Record<number, number>> = {
  400: exits.usage,
  401: exits.denied,
  403: exits.conflict,
  404: exits.missing,
  409: exits.conflict,
  413: exits.usage,
  429: exits.busy,
  503: exits.notReady,
}

const noRight = new Set(['ForbiddenByRbac', 'ForbiddenByPolicy', 'AccessDenied'])
const byNetwork = new Set(['ForbiddenByFirewall', 'ForbiddenByConnection'])

async function failureOf(caller: Caller, request: VaultRequest, { status, text }: WireAnswer): Promise<Failure> {
  const error = memberOf(parsed(text), 'error')
  const inner = textOf(memberOf(memberOf(error, 'innererror'), 'code'))
  const code = inner || textOf(memberOf(error, 'code')) || `Http${status}`
  if (status === 403 && noRight.has(inner)) return refusalOf(caller, request, code)
  const [message = ''] = textOf(memberOf(error, 'message')).split(/\r?\n/)
  return {
    exit: exitFor(status, inner),
    code,
    message: message || `${request.on.shown}: the vault answers ${status}.`,
    next: (wayOut[inner]?.(request) ?? []).map(command => `keystead ${command}`),
  }
}

const exitFor = (status: number, inner: string): number => (byNetwork.has(inner) ? exits.denied : (exitOf[status] ?? exits.unknown))

const wayOut: Readonly<Record<string, (request: VaultRequest) => readonly string[]>> = {
  KeyDisabled: ({ on }) => [`key enable ${on.shown}`, `impact ${on.shown}`],
  ObjectIsDeletedButRecoverable: ({ on, action }) => [`${action.split('.')[0]} recover ${on.shown}`],
}

/** Why, and the narrowest that would let it: what `access explain` has of it. */
async function refusalOf(caller: Caller, { on, action }: VaultRequest, code: string): Promise<Failure> {
  const scope = action.startsWith('secret.') ? on.shown.replace('/', '/secrets/') : on.shown
  const { dataDir } = caller
  const body = { principal: caller.credential.clientId, action, scope }
  const told =
    dataDir === undefined ? undefined : await ask(dataDir, { method: 'POST', path: '/access/explain', body }).catch(() => undefined)
  const because = textOf(memberOf(told, 'because'))
  const grant = listOf(memberOf(told, 'grant')).map(textOf)
  return {
    exit: exits.denied,
    code,
    message: `${caller.name} has no right to ${shortAction(textOf(memberOf(told, 'action')) || action)} on ${on.shown}.`,
    ...(because !== '' && { because }),
    next: dataDir === undefined || grant.length === 0 ? [] : [`keystead exec --data ${quoted(dataDir)} -- ${grant.map(quoted).join(' ')}`],
  }
}

const shortAction = (action: string): string => action.replace('Microsoft.KeyVault/vaults/', '').replace(/\/action$/, '')
