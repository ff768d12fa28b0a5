import { ask, dataDirOf } from '#cli/admin.ts'
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
  for (const considered of listOf(memberOf(explained, 'considered')))
    print(`  ${textOf(memberOf(considered, 'role'))} at ${textOf(memberOf(considered, 'scope'))}`)
  const grant = listOf(memberOf(explained, 'grant')).map(textOf)
  if (grant.length > 0) print(`grant: ${grant.map(quoted).join(' ')}`)
}

/** As a shell takes it. */
const quoted = (word: string): string => (/^[\w./:=@-]+$/.test(word) ? word : JSON.stringify(word))
