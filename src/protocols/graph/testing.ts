// For tests alone: Graph over a directory in memory, with real tokens.
import { issueToken } from '#domain/identity/issue-token.ts'
import type { GroundChanges } from '#domain/testing.ts'
import { identityGround, tenantId, type IdentityGround, type Made } from '#domain/identity/testing.ts'
import { system } from '#model/principal.ts'
import { createPipeline, type Pipeline } from '#protocols/http/pipeline.ts'
import { ask, listIn, objectIn, type Answered } from '#protocols/http/testing.ts'
import { graphProtocol } from './index.ts'

export const base = 'https://graph.keystead.test'

/** Asks as one principal. */
export type Asking = (method: string, path: string, body?: unknown) => Promise<Answered>

export interface GraphGround {
  readonly ground: IdentityGround
  readonly pipeline: Pipeline
  readonly as: (made: Made, headers?: Readonly<Record<string, string>>) => Promise<Asking>
  /** As who may write the directory. */
  readonly asked: Asking
  readonly filtered: (set: string, filter: string) => Promise<Answered>
}

export async function graphGround(changes: GroundChanges = {}): Promise<GraphGround> {
  const ground = await identityGround(changes)
  const pipeline = createPipeline(ground.context, graphProtocol('keystead.test'))
  const as: GraphGround['as'] = async (made, headers = {}) => {
    const token = await tokenFor(ground, made)
    return async (method, path, body) =>
      ask(pipeline, {
        method,
        url: base + path,
        headers: { authorization: `Bearer ${token}`, ...headers },
        ...(body !== undefined && { body }),
      })
  }
  const asked = await as(await ground.add('administrator', 'write'))
  const filtered = async (set: string, filter: string) => asked('GET', `/v1.0/${set}?%24filter=${encodeURIComponent(filter)}`)
  return { ground, pipeline, as, asked, filtered }
}

/** An access token for Graph. */
export async function tokenFor(ground: IdentityGround, { appId, secretText }: Made): Promise<string> {
  const { accessToken } = await ground.run(system, async call =>
    issueToken(ground.context, call, {
      tenant: tenantId,
      grantType: 'client_credentials',
      clientId: appId,
      credential: { secret: secretText },
      asked: { scope: `${base}/.default` },
      capable: false,
      login: 'https://login.keystead.test',
      reached: { domain: 'keystead.test', portSuffix: '' },
    }),
  )
  return accessToken
}

export const codeOf = (json: Readonly<Record<string, unknown>>): unknown => objectIn(json['error'])['code']
export const names = (json: Readonly<Record<string, unknown>>): readonly unknown[] => listIn(json['value']).map(one => one['displayName'])
