import { dataDirGiven } from '#cli/admin.ts'
import type { Run } from '#cli/command.ts'
import { impactLines, impactOf, type ImpactAction } from '#cli/impact-text.ts'
import { CommandFailed, exits, print, printJson } from '#cli/output.ts'

const actions = ['disable', 'delete', 'purge', 'rotate'] as const satisfies readonly ImpactAction[]

export const run: Run = async ({ options, arguments: [key = ''] }) => {
  const [action = 'disable', ...more] = actions.filter(one => options[one] === true)
  if (more.length > 0)
    throw new CommandFailed({
      exit: exits.usage,
      code: 'Usage',
      message: `--${action} and --${more.join(', --')} are several questions: ask one of them.`,
    })
  const impact = await impactOf(dataDirGiven(options), { key, action })
  if (options['json'] === true) printJson(impact)
  else for (const line of impactLines(impact)) print(line)
  return exits.good
}
