import { ask, dataDirGiven } from '#cli/admin.ts'
import { tellOfAccount } from '#cli/account-explanation.ts'
import { listOf, memberOf, textOf } from '#cli/json-value.ts'
import { CommandFailed, exits, print, printJson } from '#cli/output.ts'
import { quoted } from '#cli/shell-words.ts'
import { tellMinimal, tellTried } from '#cli/tried-access.ts'
import type { Run } from '#cli/command.ts'

export const run: Run = async ({ options, arguments: [principal = '', action, scope] }) => {
  const body = { principal, ...(action !== undefined && { action }), ...(scope !== undefined && { scope }) }
  const asJson = options['json'] === true
  const { path, tell } = questionOf(options)
  const answer = await ask(dataDirGiven(options), { method: 'POST', path, body })
  if (tell !== undefined) return tell(answer, asJson)
  if (asJson) printJson(answer)
  else tellWhy(answer, { principal, action, scope })
  return action === undefined || memberOf(answer, 'allow') === true ? exits.good : exits.bad
}

interface Question {
  readonly path: string
  /** What is asked for besides an explanation tells itself, and answers the exit code. */
  readonly tell?: (answer: unknown, asJson: boolean) => number
}

function questionOf(options: Readonly<Record<string, unknown>>): Question {
  const [tries, minimal] = [options['try'] === true, options['minimal'] === true]
  if (tries && minimal)
    throw new CommandFailed({ exit: exits.usage, code: 'Usage', message: '--try and --minimal are two questions: ask one of them.' })
  if (tries) return { path: '/access/try', tell: tellTried }
  return minimal ? { path: '/access/minimal', tell: tellMinimal } : { path: '/access/explain' }
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
