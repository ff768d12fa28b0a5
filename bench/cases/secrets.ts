// Secrets: a value that is opened for each answer, one that is sealed and committed, and a list without values (performance.md 1.2).
import { z } from 'zod'
import { requestCase } from '#bench/request-case.ts'
import { secretName, secretText } from '#bench/seeding/seed-secrets.ts'
import type { Exchange } from '#bench/web.ts'
import { json } from './keys.ts'
import { pagesThrough } from './list-keys.ts'

const bundle = z.object({ id: z.string().includes('/secrets/'), value: z.literal(secretText) })

export const getSecret = requestCase({
  name: 'getSecret',
  work: 'none',
  quick: true,
  goals: { cpuOfD: 0.75, rateOfA: 0.45 },
  async prepare(world) {
    return {
      exchanges: [world.vault('benchvault', { method: 'GET', path: '/secrets/said' })],
      async verify(reply) {
        bundle.parse(json(reply))
      },
    }
  },
})

/** So many names in turn: each gets few versions while it is measured, as names have them. */
const namesInTurn = 2_000

export const setSecret = requestCase({
  name: 'setSecret',
  work: 'none',
  goals: { cpuOfD: 0.65, rateOfA: 0.4 },
  async prepare(world) {
    const put = (at: number): Exchange =>
      world.vault('benchvault', { method: 'PUT', path: `/secrets/${secretName(at)}`, json: { value: secretText } })
    const others = Array.from({ length: namesInTurn - 1 }, (_, at) => put(at + 1))
    return {
      exchanges: [put(0), ...others],
      async verify(reply) {
        bundle.parse(json(reply))
      },
    }
  },
})

const page = z.object({ value: z.array(z.object({ id: z.string().includes('/secrets/'), value: z.never().optional() })).length(25) })

export const listSecrets = requestCase({
  name: 'list of 10,000 secrets, pages of 25',
  work: 'none',
  goals: { cpuOfD: 0.75, rateOfA: 0.42 },
  async prepare(world) {
    return {
      exchanges: await pagesThrough(world, '/secrets'),
      async verify(reply) {
        page.parse(json(reply))
      },
    }
  },
})
