// One seeded, running instance, and what requests to it are made of.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { type Credentials, environmentOf, type Instance, newPlace, type Place, removePlace, startInstance } from './instance.ts'
import type { Credentials as SigningCredentials } from '#domain/accounts/testing.ts'
import { type Exchange, fetchToken, openWeb, resources, type Web } from './web.ts'

const run = promisify(execFile)

export interface World {
  readonly instance: Instance
  readonly web: Web
  readonly user: Credentials
  /** Where keys of an account were sown: the key of its root. */
  readonly account?: SigningCredentials | undefined
  /** Of a vault, as its user. */
  vault(name: VaultName, exchange: Pick<Exchange, 'method' | 'path'> & { readonly json?: unknown }): Exchange
  close(): Promise<void>
}

/** `benchvault` has the keys `rsa` and `ec` and the secret `said`, `benchmany` the many. */
export type VaultName = 'benchvault' | 'benchmany'

export interface Seed {
  readonly keys: number
  readonly assignments: number
  readonly groups?: number
  /** Of the vault with the many; none where it is not said. */
  readonly secrets?: number
  /** Symmetric keys of an account of their own. */
  readonly accountKeys?: number
}

const account = z.object({ accessKeyId: z.string(), secretAccessKey: z.string() })
const sownShape = z.object({ clientId: z.string(), clientSecret: z.string(), objectId: z.string(), account: account.optional() })
export const apiVersion = '7.6'

/** Fills an empty place; nothing runs in it yet. */
export async function seed(place: Place, sown: Seed): Promise<Credentials & Pick<World, 'account'>> {
  const plan = JSON.stringify({ dataDir: place.data, stateHome: join(place.folder, 'state'), secrets: 0, ...sown })
  const { stdout } = await run(process.execPath, [join(import.meta.dirname, 'programs', 'seed.ts'), plan], { env: environmentOf(place) })
  return sownShape.parse(JSON.parse(stdout))
}

/** `variables`: more of the environment that the instance runs in. */
export async function openWorld(under: string, sown: Seed, variables: Readonly<Record<string, string>> = {}): Promise<World> {
  const place = await newPlace(under)
  try {
    const { account: sownAccount, ...user } = await seed(place, sown)
    const instance = await startInstance(place, variables)
    const web = openWeb({ port: place.port, caFile: instance.environment.caFile })
    const token = await fetchToken(web, instance.environment, { who: user, resource: resources.keyVault })
    return {
      instance,
      web,
      user,
      account: sownAccount,
      vault: (name, { method, path, json }) => ({
        method,
        host: `${name}.vault.${instance.environment.domain}`,
        path: `${path}${path.includes('?') ? '&' : '?'}api-version=${apiVersion}`,
        headers: { authorization: `Bearer ${token}` },
        ...(json !== undefined && { body: JSON.stringify(json) }),
      }),
      async close() {
        web.close()
        await instance.stop()
        removePlace(place)
      },
    }
  } catch (error) {
    removePlace(place)
    throw error
  }
}
