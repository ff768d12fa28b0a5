// For tests alone: the token service over a ground with one tenant.
import { identityGround, tenantId, type IdentityGround, type Made } from '#domain/identity/testing.ts'
import { createPipeline, type Pipeline } from '#protocols/http/pipeline.ts'
import { ask, type Answered } from '#protocols/http/testing.ts'
import { entraProtocol } from './index.ts'

export const login = 'https://login.keystead.test'
export const vaultResource = 'https://vault.keystead.test'
export const v2 = `/${tenantId}/oauth2/v2.0/token`

export interface EntraGround {
  readonly ground: IdentityGround
  readonly pipeline: Pipeline
  readonly get: (path: string) => Promise<Answered>
  readonly post: (
    path: string,
    form: Readonly<Record<string, string | undefined>>,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answered>
}

export async function entraGround(changes: { readonly throttle?: boolean } = {}): Promise<EntraGround> {
  const ground = await identityGround(changes)
  const pipeline = createPipeline(ground.context, entraProtocol('keystead.test'))
  return {
    ground,
    pipeline,
    get: async path => ask(pipeline, { url: login + path }),
    post: async (path, form, headers = {}) => {
      const given = Object.entries(form).filter((pair): pair is [string, string] => pair[1] !== undefined)
      return ask(pipeline, { url: login + path, body: new URLSearchParams(given), headers })
    },
  }
}

/** What an application with a secret asks for a vault's token with. */
export const formOf = (made: Made) => ({
  grant_type: 'client_credentials',
  client_id: made.appId,
  client_secret: made.secretText,
  scope: `${vaultResource}/.default`,
})
