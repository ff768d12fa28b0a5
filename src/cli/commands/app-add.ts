import { ask, dataDirOf } from '#cli/admin.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { CommandFailed, exits, note, print, printJson } from '#cli/output.ts'
import { text, type Run } from '#cli/command.ts'

export const run: Run = async ({ options, arguments: [name = ''] }) => {
  const data = text(options['data'])
  const days = text(options['days'])
  if (days !== undefined && !/^\d{1,3}$/.test(days))
    throw new CommandFailed({ exit: exits.usage, code: 'Usage', message: '--days is a number from 1 to 730.' })
  const made = await ask(dataDirOf(data === undefined ? {} : { data }), {
    method: 'POST',
    path: '/applications',
    body: { name, ...(days !== undefined && { days: Number(days) }) },
  })
  const expires = new Date(Number(memberOf(made, 'expiresAt'))).toISOString()
  const answer = {
    clientId: textOf(memberOf(made, 'clientId')),
    clientSecret: textOf(memberOf(made, 'clientSecret')),
    objectId: textOf(memberOf(made, 'objectId')),
    expires,
  }
  if (options['json'] === true) printJson(answer)
  else {
    print(
      `${name}  clientId ${answer.clientId}  objectId ${answer.objectId}  secret ${answer.clientSecret}  expires ${expires.slice(0, 10)}`,
    )
    note('the secret is shown this once')
  }
  return exits.good
}
