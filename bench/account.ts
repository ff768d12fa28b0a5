// An account of an instance, and requests to its services, signed once: they are good for five minutes of the clock.
import { z } from 'zod'
import type { Credentials as SigningCredentials } from '#domain/accounts/testing.ts'
import { sign } from '#protocols/aws/testing.ts'
import type { Exchange } from './web.ts'
import type { World } from './world.ts'

export const region = 'us-east-1'

export interface BenchAccount {
  readonly accountId: string
  readonly root: SigningCredentials
}

const accountShape = z.object({ rootAccessKeyId: z.string(), rootSecretAccessKey: z.string() })

/** A new one. */
export async function addAccount({ instance }: World): Promise<BenchAccount> {
  const accountId = process.hrtime.bigint().toString().slice(-12).padStart(12, '7')
  const added = accountShape.parse(await instance.ask('aws', 'account', 'add', accountId))
  return { accountId, root: { accessKeyId: added.rootAccessKeyId, secretAccessKey: added.rootSecretAccessKey } }
}

/** A request of the key service. */
export type Ask = (operation: string, members: unknown) => Exchange

export const askingKeys =
  (world: World, credentials: SigningCredentials): Ask =>
  (operation, members) =>
    signed(world, {
      credentials,
      service: 'kms',
      host: `kms.${region}`,
      method: 'POST',
      path: '/',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `TrentService.${operation}` },
      body: JSON.stringify(members),
    })

/** A request of a service whose operations are forms. */
export const askByForm = (
  world: World,
  credentials: SigningCredentials,
  asked: { readonly service: 'iam' | 'sts'; readonly form: Readonly<Record<string, string>> },
): Exchange =>
  signed(world, {
    credentials,
    service: asked.service,
    host: asked.service === 'iam' ? 'iam' : `sts.${region}`,
    method: 'POST',
    path: '/',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(asked.form).toString(),
  })

/** A request of buckets, its body not in its signature: clients leave that to TLS. */
export const askObjects = (
  world: World,
  credentials: SigningCredentials,
  asked: Pick<Exchange, 'method' | 'path' | 'body'> & { readonly headers?: Readonly<Record<string, string>> },
): Exchange => signed(world, { headers: {}, ...asked, credentials, service: 's3', host: `s3.${region}`, payloadHash: 'UNSIGNED-PAYLOAD' })

interface ToSign extends Omit<Exchange, 'headers'> {
  readonly credentials: SigningCredentials
  readonly service: string
  /** Below the instance's domain. */
  readonly host: string
  readonly headers: Readonly<Record<string, string>>
  readonly payloadHash?: string
}

function signed({ instance }: World, { credentials, service, host: label, path, body, payloadHash, ...asked }: ToSign): Exchange {
  const host = `${label}.${instance.environment.domain}`
  const url = `https://${host}:${instance.port}${path}`
  const made = sign({
    ...asked,
    credentials,
    service,
    region,
    url,
    at: Date.now(),
    ...(body !== undefined && { body }),
    ...(payloadHash !== undefined && { payloadHash }),
  })
  // The harness writes the host itself, with its port.
  const { host: _host, ...headers } = made.headers
  return { method: asked.method, host, path, headers, ...(body !== undefined && { body }) }
}
