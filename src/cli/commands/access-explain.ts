import { ask, dataDirOf } from '#cli/admin.ts'
import { tellOfAccount } from '#cli/account-explanation.ts'
import { listOf, memberOf, textOf } from '#cli/json-value.ts'
import { exits, print, printJson } from '#cli/output.ts'
import { text, type Run } from '#cli/command.ts'

export const run: Run = async ({ options, arguments: [principal = '', action, scope] }) => {
  const data = text(options['data'])
  const body = { principal, ...(action !== undefined && { action }), ...(scope !== undefined && { scope }) }
  const explained = await ask(dataDirOf(data === undefined ? {} : { data }), { method: 'POST', path: '/access/explain', body })
  const allowed = memberOf(explained, 'allow')
  if (options['json'] === true) printJson(explained)
  else tellWhy(explained, { principal, action, scope })
  return action === undefined || allowed === true ? exits.good : exits.bad
}

function tellWhy(
  explained: unknown,
  asked: { readonly principal: string; readonly action: string | undefined; readonly scope: string | undefined },
): void {
  const { principal, action, scope } = asked
  const verdict = memberOf(explained, 'allow') === true ? 'ALLOWED' : 'DENIED'
  if (action !== undefined) print(`${verdict} ${principal}: ${action}${scope === undefined ? '' : ` on ${scope}`}`)
  const because = textOf(memberOf(explained, 'because'))
  if (because !== '') print(`because ${because}`)
  for (const considered of listOf(memberOf(explained, 'considered'))) print(`  ${assignmentText(considered)}`)
  for (const policy of listOf(memberOf(explained, 'policies'))) print(`  ${policyText(policy)}`)
  tellOfAccount(explained)
  const grant = listOf(memberOf(explained, 'grant')).map(textOf)
  if (grant.length > 0) print(`grant: ${grant.map(quoted).join(' ')}`)
}

function assignmentText(considered: unknown): string {
  const [role, scope, via] = ['role', 'scope', 'via'].map(name => textOf(memberOf(considered, name)))
  const weight = textOf(memberOf(considered, 'weight'))
  const condition = weight.startsWith('condition') ? `: its ${weight.replace('-', ' ')}` : ''
  return `${role} at ${scope}${via === '' ? '' : `, by group ${via}`}${memberOf(considered, 'inScope') === true ? '' : ' (not here)'}${condition}`
}

function policyText(policy: unknown): string {
  const words = listOf(memberOf(policy, 'words')).map(textOf).join(', ')
  const via = textOf(memberOf(policy, 'via'))
  return `access policy ${words}${via === '' ? '' : `, by group ${via}`}${memberOf(policy, 'counts') === true ? '' : ' (the vault goes by roles)'}`
}

/** As a shell takes it. */
const quoted = (word: string): string => (/^[\w./:=@-]+$/.test(word) ? word : JSON.stringify(word))
