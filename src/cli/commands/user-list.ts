import { ask, dataDirOf } from '#cli/admin.ts'
import { text, type Run } from '#cli/command.ts'
import { listOf, memberOf, textOf } from '#cli/json-value.ts'
import { exits, print, printJson } from '#cli/output.ts'

export const run: Run = async ({ options }) => {
  const data = text(options['data'])
  const answer = await ask(dataDirOf(data === undefined ? {} : { data }), { method: 'GET', path: '/users' })
  const users = listOf(memberOf(answer, 'users')).map(user => ({
    name: textOf(memberOf(user, 'name')),
    displayName: textOf(memberOf(user, 'displayName')),
    objectId: textOf(memberOf(user, 'objectId')),
    enabled: memberOf(user, 'enabled') === true,
    created: new Date(Number(memberOf(user, 'createdAt'))).toISOString(),
  }))
  if (options['json'] === true) printJson(users)
  else for (const user of users) print(`${user.enabled ? '✓' : '✗'} ${user.name}  ${user.displayName}  objectId ${user.objectId}`)
  return exits.good
}
