import type { Caller } from './caller.ts'
import { askCloud, listCloud } from './cloud-wire.ts'
import { memberOf, textOf } from './json-value.ts'
import { CommandFailed, exits } from './output.ts'

const literal = (text: string): string => encodeURIComponent(`'${text.replaceAll("'", "''")}'`)
const guid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i

/** By object id, client id, or name; a name that several have is told with their ids. Raises `CommandFailed`. */
export async function applicationCalled(caller: Caller, text: string): Promise<unknown> {
  const by = guid.test(text) ? [`appId eq ${literal(text)}`, `id eq ${literal(text)}`] : [`displayName eq ${literal(text)}`]
  for (const filter of by) {
    const found = await listCloud(caller, { at: 'graph', path: `/v1.0/applications?$filter=${filter}` })
    const [first, ...others] = found
    if (first !== undefined && others.length === 0) return first
    if (first !== undefined)
      throw new CommandFailed({
        exit: exits.usage,
        code: 'Ambiguous',
        message: `${found.length} applications are called ${text}; name one by its client id.`,
        because: found.map(one => textOf(memberOf(one, 'appId'))).join(', '),
      })
  }
  throw new CommandFailed({
    exit: exits.missing,
    code: 'NotFound',
    message: `No application is called ${text}.`,
    next: ['keystead app list'],
  })
}

/** By object id or user principal name. */
export const userCalled = async (caller: Caller, text: string): Promise<unknown> =>
  askCloud(caller, { at: 'graph', method: 'GET', path: `/v1.0/users/${encodeURIComponent(text)}` })
