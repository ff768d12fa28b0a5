// What no SDK is here for: Microsoft Graph, as the portal and az use it.
import { z } from 'zod'
import { refusalTold, secretsIn } from '#tests/left-behind/noted.ts'
import type { Application, Azure } from './azure.ts'
import type { Instance } from './instance.ts'

const listed = z.object({ value: z.array(z.looseObject({ id: z.guid(), appId: z.guid() })) })

/** Registers a certificate with an application. */
export async function addCertificate(
  { environment }: Instance,
  administrator: Azure,
  what: { readonly application: Application; readonly der: string },
): Promise<void> {
  const { graph } = environment.endpoints
  const headers = { authorization: `Bearer ${await administrator.token(graph)}`, 'content-type': 'application/json' }
  const filter = encodeURIComponent(`appId eq '${what.application.clientId}'`)
  const found = listed.parse(await (await fetch(`${graph}/v1.0/applications?$filter=${filter}`, { headers })).json())
  const [registration] = found.value
  const body = JSON.stringify({
    keyCredentials: [{ type: 'AsymmetricX509Cert', usage: 'Verify', displayName: 'a certificate', key: what.der }],
  })
  const answer = await fetch(`${graph}/v1.0/applications/${registration?.id}`, { method: 'PATCH', headers, body })
  if (!answer.ok) throw new Error(`Graph answered ${answer.status} to a certificate: ${await answer.text()}`)
}

export interface GraphAnswer {
  readonly status: number
  readonly json: Readonly<Record<string, unknown>>
}
export type Graph = (method: string, path: string, body?: unknown) => Promise<GraphAnswer>

/** Graph as whoever the token is of. */
export function graphBy({ endpoints }: Instance['environment'], token: () => Promise<string>): Graph {
  return async (method, path, body) => {
    const headers = { authorization: `Bearer ${await token()}`, consistencylevel: 'eventual', 'content-type': 'application/json' }
    const answer = await fetch(`${endpoints.graph}/v1.0/${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    if (!answer.ok) refusalTold(text)
    return { status: answer.status, json: text === '' ? {} : secretsIn(z.record(z.string(), z.unknown()).parse(JSON.parse(text))) }
  }
}

/** Ids of the objects that a filter finds. */
export async function idsOf(graph: Graph, set: string, filter: string): Promise<readonly string[]> {
  const { json } = await graph('GET', `${set}?$filter=${encodeURIComponent(filter)}`)
  return z
    .object({ value: z.array(z.looseObject({ id: z.string() })) })
    .parse(json)
    .value.map(({ id }) => id)
}
