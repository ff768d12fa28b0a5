// The smallest client of an instance's TLS port: any host name, no redirects, no repeats. For tests that count what was answered.
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { z } from 'zod'
import { refusalTold, secretsIn } from '#tests/left-behind/noted.ts'
import type { FiredInstance } from './fired-instance.ts'

const environmentShape = z.looseObject({
  domain: z.string(),
  caFile: z.string(),
  tenantId: z.string(),
  subscriptionId: z.string(),
  resourceGroup: z.string(),
  administrator: z.object({ clientId: z.string(), clientSecret: z.string(), objectId: z.string() }),
})
export type Environment = z.output<typeof environmentShape>

export interface Asked {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** First label of the host. */
  readonly host: string
  readonly path: string
  readonly token?: string | undefined
  readonly body?: unknown
  /** `x-www-form-urlencoded` instead of JSON. */
  readonly form?: Readonly<Record<string, string>>
}

export interface Answered {
  readonly status: number
  readonly requestId: string
  readonly body: unknown
}

/** There is no answer: whether it was done is not known. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered'
}

export interface Wire extends Disposable {
  readonly environment: Environment
  send(asked: Asked): Promise<Answered>
  token(resource: 'management' | 'vault', by: { readonly clientId: string; readonly clientSecret: string }): Promise<string>
}

const patienceMs = 20_000

export async function wireTo(instance: FiredInstance): Promise<Wire> {
  const environment = environmentShape.parse(await instance.ask('GET', '/environment'))
  const agent = new Agent({ keepAlive: true, maxSockets: 32, ca: readFileSync(environment.caFile) })
  const hostOf = (label: string): string => `${label}.${environment.domain}`
  const send = async (asked: Asked): Promise<Answered> => sent(asked, { agent, port: instance.port, host: hostOf(asked.host) })
  return {
    environment,
    send,
    async token(resource, { clientId, clientSecret }) {
      const scope = `https://${hostOf(resource)}:${instance.port}/.default`
      const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope }
      const { body } = await send({ method: 'POST', host: 'login', path: `/${environment.tenantId}/oauth2/v2.0/token`, form })
      return z.looseObject({ access_token: z.string() }, JSON.stringify(body)).parse(body).access_token
    },
    [Symbol.dispose]: () => agent.destroy(),
  }
}

interface Way {
  readonly agent: Agent
  readonly port: number
  readonly host: string
}

async function sent({ method, path, token, body, form }: Asked, { agent, port, host }: Way): Promise<Answered> {
  const { promise, resolve, reject } = Promise.withResolvers<Answered>()
  const text = form === undefined ? (body === undefined ? '' : JSON.stringify(body)) : new URLSearchParams(form).toString()
  const type = form === undefined ? 'application/json' : 'application/x-www-form-urlencoded'
  const headers = {
    host: `${host}:${port}`,
    ...(text !== '' && { 'content-type': type }),
    'content-length': `${Buffer.byteLength(text)}`,
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  }
  const failed = (cause: Error): void => reject(new Unanswered(`${method} ${host}${path}: ${cause.message}`, { cause }))
  const out = request({ host: '127.0.0.1', port, servername: host, agent, method, path, headers, timeout: patienceMs }, answer => {
    const chunks: Buffer[] = []
    answer.on('data', (chunk: Buffer) => chunks.push(chunk))
    answer.on('error', failed)
    answer.on('end', () => {
      const all = Buffer.concat(chunks).toString('utf8')
      if (!answer.complete) return failed(new Error('cut off'))
      if ((answer.statusCode ?? 0) >= 400) refusalTold(all)
      resolve({ status: answer.statusCode ?? 0, requestId: String(answer.headers['x-ms-request-id']), body: secretsIn(jsonOf(all)) })
    })
  })
  out.on('timeout', () => out.destroy(new Error('no answer in time')))
  out.on('error', failed)
  out.end(text)
  return promise
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
