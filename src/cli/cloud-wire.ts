import type { Caller } from './caller.ts'
import { listOf, memberOf, textOf } from './json-value.ts'
import { CommandFailed, exits } from './output.ts'
import { parsed, send, type WireRequest } from './wire.ts'

export interface CloudRequest {
  readonly at: 'management' | 'graph'
  readonly method: WireRequest['method']
  /** With its query. */
  readonly path: string
  readonly body?: unknown
}

const exitOf: Readonly<Record<number, number>> = {
  400: exits.usage,
  401: exits.denied,
  403: exits.denied,
  404: exits.missing,
  409: exits.conflict,
  429: exits.busy,
  503: exits.notReady,
}

/** One request at the management plane or the directory, as the caller; a refusal becomes the command's, in the wire's own words. */
export async function askCloud(caller: Caller, { at, method, path, body }: CloudRequest): Promise<unknown> {
  const endpoint = textOf(memberOf(memberOf(caller.environment, 'endpoints'), at))
  const token = await caller.token(endpoint)
  const answer = await send(caller.site, {
    method,
    url: path.startsWith('https://') ? path : `${endpoint}${path}`,
    headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (answer.status < 400) return parsed(answer.text) ?? {}
  const error = memberOf(parsed(answer.text), 'error')
  const [message = ''] = textOf(memberOf(error, 'message')).split(/\r?\n/)
  throw new CommandFailed({
    exit: exitOf[answer.status] ?? exits.unknown,
    code: textOf(memberOf(error, 'code')) || `Http${answer.status}`,
    message: message || `The instance answers ${answer.status}.`,
  })
}

/** All pages of a list, which name the next one as ARM or as Graph does. */
export async function listCloud(caller: Caller, request: Pick<CloudRequest, 'at' | 'path'>): Promise<readonly unknown[]> {
  const found: unknown[] = []
  for (let path = request.path; path !== '';) {
    const page = await askCloud(caller, { ...request, method: 'GET', path })
    found.push(...listOf(memberOf(page, 'value')))
    path = textOf(memberOf(page, 'nextLink')) || textOf(memberOf(page, '@odata.nextLink'))
  }
  return found
}
