import { ask, dataDirOf } from '#cli/admin.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { exits, note, print, printJson } from '#cli/output.ts'
import { text, type Run } from '#cli/command.ts'

export const run: Run = async ({ options, arguments: [id = ''] }) => {
  const data = text(options['data'])
  const served = await ask(dataDirOf(data === undefined ? {} : { data }), { method: 'POST', path: '/machines/metadata', body: { id } })
  const answer = {
    url: textOf(memberOf(served, 'url')),
    identityEndpoint: textOf(memberOf(served, 'identityEndpoint')),
    identityHeader: textOf(memberOf(served, 'identityHeader')),
  }
  if (options['json'] === true) printJson(answer)
  else {
    print(answer.url)
    note(`programs of the machine: AZURE_POD_IDENTITY_AUTHORITY_HOST=${answer.url}`)
    note(`or, as an app service: IDENTITY_ENDPOINT=${answer.identityEndpoint} IDENTITY_HEADER=${answer.identityHeader}`)
  }
  return exits.good
}
