import { z } from 'zod'
import { describeMachine } from '#domain/machines/describe-machine.ts'
import { Problem } from '#model/problem.ts'
import { json, type Answer } from '#protocols/http/answer.ts'
import { metadataOperation } from '#protocols/imds/site.ts'

const steps = ['a', 'b', 'c', 'd', 'e', 'f'] as const
const step = z.string().max(64).optional()

/** The machine's description, or the part of it that the path names: `/metadata/instance/compute/name`. */
export const getInstance = metadataOperation({
  name: 'MachineMetadataGet',
  method: 'GET',
  path: `/metadata/instance${steps.map(name => `/{${name}?}`).join('')}`,
  permissions: 'public',
  open: true,
  params: z.object({ a: step, b: step, c: step, d: step, e: step, f: step }),
  query: z.object({ format: z.enum(['json', 'text'], "The query variable 'format' is json or text").optional() }),
  body: { none: true },
  async handle(context, call, { site, params, query }) {
    let found: unknown = await describeMachine(context, call, site.machine)
    for (const name of steps) if (params[name] !== undefined) found = memberOf(found, params[name])
    if (found === undefined) throw new Problem({ code: 'UnknownRoute' })
    return query.format === 'text' || typeof found === 'string' ? plain(found) : json(200, found)
  },
})

/** Own members alone, in any case; an index where it is a list. */
function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.entries(value).find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1]
}

/** A leaf as it is; of all else, what is in it, a line each. */
const plain = (value: unknown): Answer => ({
  status: 200,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body:
    typeof value === 'object' && value !== null
      ? Object.entries(value)
          .map(([name, inner]) => (typeof inner === 'object' && inner !== null ? `${name}/` : name))
          .join('\n')
      : String(value),
})
