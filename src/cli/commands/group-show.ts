import { ask, dataDirGiven } from '#cli/admin.ts'
import type { Run } from '#cli/command.ts'
import { listOf, memberOf, textOf } from '#cli/json-value.ts'
import { CommandFailed, exits, print, printJson } from '#cli/output.ts'

export const run: Run = async ({ options, arguments: [named = ''] }) => {
  const group = groupCalled(listOf(memberOf(await ask(dataDirGiven(options), { method: 'GET', path: '/groups' }), 'groups')), named)
  if (options['json'] === true) {
    printJson(group)
    return exits.good
  }
  print(`${textOf(memberOf(group, 'name'))}  objectId ${textOf(memberOf(group, 'objectId'))}`)
  for (const member of listOf(memberOf(group, 'members'))) print(`  ${typeof member === 'string' ? member : memberText(member)}`)
  return exits.good
}

/** By object id or name. Raises `CommandFailed` where none is called so, or several. */
function groupCalled(groups: readonly unknown[], named: string): unknown {
  const called = (name: string): readonly unknown[] =>
    groups.filter(group => textOf(memberOf(group, name)).toLowerCase() === named.toLowerCase())
  const found = [called('objectId'), called('name')].find(({ length }) => length > 0) ?? []
  if (found.length === 1) return found[0]
  const next = ['keystead group list']
  if (found.length === 0) throw new CommandFailed({ exit: exits.missing, code: 'NotFound', message: `No group is called ${named}.`, next })
  throw new CommandFailed({
    exit: exits.usage,
    code: 'Ambiguous',
    message: `${found.length} groups are called ${named}; name one by its object id.`,
    next,
  })
}

const memberText = (member: unknown): string =>
  ['kind', 'name', 'objectId']
    .map(name => textOf(memberOf(member, name)))
    .filter(text => text !== '')
    .join('  ')
