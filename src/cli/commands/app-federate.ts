import { ask, dataDirOf } from '#cli/admin.ts'
import { text, type Run } from '#cli/command.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { CommandFailed, exits, print, printJson } from '#cli/output.ts'

export const run: Run = async ({ options, arguments: [application = ''] }) => {
  const data = text(options['data'])
  const [issuer, subject, audience] = ['issuer', 'subject', 'audience'].map(name => text(options[name]))
  if (issuer === undefined || subject === undefined)
    throw new CommandFailed({ exit: exits.usage, code: 'Usage', message: '--issuer and --subject say who vouches, and for whom.' })
  const made = await ask(dataDirOf(data === undefined ? {} : { data }), {
    method: 'POST',
    path: '/applications/federated',
    body: { application, name: text(options['name']) ?? 'workload', issuer, subject, ...(audience !== undefined && { audience }) },
  })
  const of = (name: string): string => textOf(memberOf(made, name))
  if (options['json'] === true)
    printJson({
      clientId: of('clientId'),
      id: of('id'),
      name: of('name'),
      issuer: of('issuer'),
      subject: of('subject'),
      audience: of('audience'),
    })
  else print(`${of('application')}  clientId ${of('clientId')}  ${of('subject')} of ${of('issuer')}, for ${of('audience')}`)
  return exits.good
}
