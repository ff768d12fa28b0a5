import { z } from 'zod'
import { requestCase } from '#bench/request-case.ts'
import type { Exchange } from '#bench/web.ts'
import type { World } from '#bench/world.ts'
import { json } from './keys.ts'

const pageSize = 25
const page = z.object({ value: z.array(z.object({ kid: z.string() })).length(pageSize) })
const linked = z.object({ nextLink: z.string().nullish() })

/** Every page of the list, as a client walks it: by the links in the answers. */
export const pagesOf = async (world: World): Promise<readonly [Exchange, ...Exchange[]]> => pagesThrough(world, '/keys')

export async function pagesThrough(world: World, path: '/keys' | '/secrets'): Promise<readonly [Exchange, ...Exchange[]]> {
  const first = world.vault('benchmany', { method: 'GET', path: `${path}?maxresults=${pageSize}` })
  const exchanges: [Exchange, ...Exchange[]] = [first]
  let at = first
  while (exchanges.length < pagesMax) {
    const { nextLink } = linked.parse(await world.web.json(at))
    if (typeof nextLink !== 'string') break
    const url = new URL(nextLink)
    at = { ...first, path: url.pathname + url.search }
    exchanges.push(at)
  }
  return exchanges
}

/** Of long lists the first so many. */
const pagesMax = 40

export const listKeys = requestCase({
  name: 'list of 1,000, pages of 25',
  work: 'none',
  goals: { cpuOfD: 0.75, rateOfA: 0.42 },
  async prepare(world) {
    return {
      exchanges: await pagesOf(world),
      async verify(reply) {
        page.parse(json(reply))
      },
    }
  },
})
