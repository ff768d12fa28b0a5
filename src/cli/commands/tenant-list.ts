import { ask, dataDirOf } from '#cli/admin.ts'
import { text, type Run } from '#cli/command.ts'
import { listOf, memberOf, textOf } from '#cli/json-value.ts'
import { exits, print, printJson } from '#cli/output.ts'

export const run: Run = async ({ options }) => {
  const data = text(options['data'])
  const found = await ask(dataDirOf(data === undefined ? {} : { data }), { method: 'GET', path: '/tenants' })
  const tenants = listOf(memberOf(found, 'tenants'))
  if (options['json'] === true) printJson(tenants)
  else
    for (const tenant of tenants)
      print(
        `${textOf(memberOf(tenant, 'tenantId'))}  ${textOf(memberOf(tenant, 'name'))}  ${listOf(memberOf(tenant, 'domains')).map(textOf).join(' ')}`,
      )
  return exits.good
}
