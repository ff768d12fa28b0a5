import { ask, dataDirOf } from '#cli/admin.ts'
import { text, type Run } from '#cli/command.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { exits, print, printJson } from '#cli/output.ts'

export const run: Run = async ({ options, arguments: [serial = ''] }) => {
  const data = text(options['data'])
  const done = await ask(dataDirOf(data === undefined ? {} : { data }), { method: 'POST', path: '/authority/revoked', body: { serial } })
  if (options['json'] === true) printJson(done)
  else
    print(`${textOf(memberOf(done, 'serial'))}  revoked ${textOf(memberOf(done, 'revokedAt'))}  ${textOf(memberOf(done, 'certificate'))}`)
  return exits.good
}
