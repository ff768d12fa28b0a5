import { ask, dataDirOf } from '#cli/admin.ts'
import { text, type Run } from '#cli/command.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { exits, print, printJson } from '#cli/output.ts'
import { proofToUnseal } from '#cli/seal-proof.ts'

export const run: Run = async ({ options }) => {
  const data = text(options['data'])
  const dataDir = dataDirOf(data === undefined ? {} : { data })
  const body = await proofToUnseal(dataDir, options)
  const answer = await ask(dataDir, { method: 'POST', path: '/unseal', body })
  const seal = memberOf(answer, 'seal')
  if (options['json'] === true) printJson({ sealed: false, seal })
  else print(`unsealed by ${textOf(memberOf(seal, 'kind'))} ${textOf(memberOf(seal, 'id'))}`)
  return exits.good
}
