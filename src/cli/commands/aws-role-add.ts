import { accountOf, documentOf } from '#cli/account-option.ts'
import { ask, dataDirOf } from '#cli/admin.ts'
import { text, type Run } from '#cli/command.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { exits, print, printJson } from '#cli/output.ts'

export const run: Run = async ({ options, arguments: [name = ''] }) => {
  const data = text(options['data'])
  const dataDir = dataDirOf(data === undefined ? {} : { data })
  const accountId = await accountOf(options, dataDir)
  const [trust = trustIn(accountId), policy] = [documentOf(options, 'trustFile'), documentOf(options, 'policyFile')]
  const body = { name, trust, ...(policy !== undefined && { policy }) }
  const made = await ask(dataDir, { method: 'POST', path: `/accounts/${encodeURIComponent(accountId)}/roles`, body })
  if (options['json'] === true) printJson(made)
  else print(`${textOf(memberOf(made, 'arn'))}  ${textOf(memberOf(made, 'roleId'))}`)
  return exits.good
}

/** Whoever in the account is allowed to by its own policies. */
const trustIn = (accountId: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${accountId}:root` }, Action: 'sts:AssumeRole' }],
  })
