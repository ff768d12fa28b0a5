import { ask, dataDirOf } from '#cli/admin.ts'
import { text, type Run } from '#cli/command.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { exits, note, print, printJson } from '#cli/output.ts'

export const run: Run = async ({ options, arguments: [name = ''] }) => {
  const data = text(options['data'])
  const domain = text(options['domain'])
  const made = await ask(dataDirOf(data === undefined ? {} : { data }), {
    method: 'POST',
    path: '/tenants',
    body: { name, ...(domain !== undefined && { domain }) },
  })
  const of = (member: string): string => textOf(memberOf(made, member))
  const administrator = memberOf(made, 'administrator')
  const expires = new Date(Number(memberOf(made, 'expiresAt'))).toISOString()
  const answer = {
    tenantId: of('tenantId'),
    name,
    domain: of('domain'),
    subscriptionId: of('subscriptionId'),
    resourceGroup: of('resourceGroup'),
    administrator: {
      clientId: textOf(memberOf(administrator, 'clientId')),
      clientSecret: textOf(memberOf(administrator, 'clientSecret')),
      objectId: textOf(memberOf(administrator, 'objectId')),
    },
    expires,
  }
  if (options['json'] === true) printJson(answer)
  else {
    print(`${name}  tenant ${answer.tenantId}  ${answer.domain}  subscription ${answer.subscriptionId}`)
    print(
      `administrator  clientId ${answer.administrator.clientId}  secret ${answer.administrator.clientSecret}  expires ${expires.slice(0, 10)}`,
    )
    note('the secret is shown this once')
  }
  return exits.good
}
