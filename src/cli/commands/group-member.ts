import { ask, dataDirOf } from '#cli/admin.ts'
import { text, type Run } from '#cli/command.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { exits, print, printJson } from '#cli/output.ts'

const changing =
  (how: 'add' | 'remove'): Run =>
  async ({ options, arguments: [group = '', member = ''] }) => {
    const data = text(options['data'])
    const changed = await ask(dataDirOf(data === undefined ? {} : { data }), {
      method: 'POST',
      path: '/groups/members',
      body: { group, member, how },
    })
    const of = (name: string): string => textOf(memberOf(changed, name))
    if (options['json'] === true) printJson({ group: of('group'), groupId: of('groupId'), objectId: of('objectId') })
    else print(`${member}  ${how === 'add' ? 'in' : 'out of'} ${of('group')}`)
    return exits.good
  }

export const add = { run: changing('add') }
export const remove = { run: changing('remove') }
