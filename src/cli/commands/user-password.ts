import { ask, dataDirOf } from '#cli/admin.ts'
import { text, type Run } from '#cli/command.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { exits, note, print, printJson } from '#cli/output.ts'
import { passwordFor } from '#cli/user-password.ts'

export const run: Run = async ({ options, arguments: [name = ''] }) => {
  const data = text(options['data'])
  const { password, generated } = await passwordFor(options)
  const done = await ask(dataDirOf(data === undefined ? {} : { data }), {
    method: 'POST',
    path: '/users/password',
    body: { name, password, mustChange: options['mustChange'] === true },
  })
  const objectId = textOf(memberOf(done, 'objectId'))
  if (options['json'] === true) printJson({ name, objectId, ...(generated && { password }) })
  else {
    print(`${name}  objectId ${objectId}  has another password; signed out everywhere${generated ? `  password ${password}` : ''}`)
    if (generated) note('the password is shown this once')
  }
  return exits.good
}
