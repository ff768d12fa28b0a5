import { ask, dataDirOf } from '#cli/admin.ts'
import { text, type Run } from '#cli/command.ts'
import { listOf, memberOf, textOf } from '#cli/json-value.ts'
import { exits, print, printJson } from '#cli/output.ts'

export const run: Run = async ({ options }) => {
  const data = text(options['data'])
  const found = await ask(dataDirOf(data === undefined ? {} : { data }), { method: 'GET', path: '/groups' })
  const groups = listOf(memberOf(found, 'groups'))
  if (options['json'] === true) printJson(groups)
  else
    for (const group of groups)
      print(
        `${textOf(memberOf(group, 'objectId'))}  ${textOf(memberOf(group, 'name'))}  ${listOf(memberOf(group, 'members')).length} members`,
      )
  return exits.good
}
