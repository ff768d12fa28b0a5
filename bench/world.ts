// One seeded, running instance, and what requests to it are made of.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { type Credentials, environmentOf, type Instance, newPlace, type Place, removePlace, startInstance } from './instance.ts'
import { type Exchange, fetchToken, openWeb, resources, type Web } from './web.ts'

const run = promisify(execFile)

export interface World {
  readonly instance: Instance
  readonly web: Web
  readonly user: Credentials
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
}

const credentials = z.object({ clientId: z.string(), clientSecret: z.string(), objectId: z.string() })
export const apiVersion = '7.6'

/** Fills an empty place; nothing runs in it yet. */
export async function seed(place: Place, { keys, assignments, groups = 0, secrets = 0 }: Seed): Promise<Credentials> {
  const plan = JSON.stringify({ dataDir: place.data, stateHome: join(place.folder, 'state'), keys, assignments, groups, secrets })
  const { stdout } = await run(process.execPath, [join(import.meta.dirname, 'programs', 'seed.ts'), plan], { env: environmentOf(place) })
  return credentials.parse(JSON.parse(stdout))
}

/** `variables`: more of the environment that the instance runs in. */
export async function openWorld(under: string, sown: Seed, variables: Readonly<Record<string, string>> = {}): Promise<World> {
  const place = await newPlace(under)
  try {
    const user = await seed(place, sown)
    const instance = await startInstance(place, variables)
    const web = openWeb({ port: place.port, caFile: instance.environment.caFile })
    const token = await fetchToken(web, instance.environment, { who: user, resource: resources.keyVault })
    return {
      instance,
      web,
      user,
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
