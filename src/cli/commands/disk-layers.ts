import { ask, dataDirGiven } from '#cli/admin.ts'
import type { Run } from '#cli/command.ts'
import { listOf, memberOf, textOf } from '#cli/json-value.ts'
import { layersText } from '#cli/layers-text.ts'
import { columns, exits, print, printJson } from '#cli/output.ts'

export const run: Run = async ({ options, arguments: [id = ''] }) => {
  const told = await ask(dataDirGiven(options), { method: 'POST', path: '/disks/layers', body: { id } })
  const disks = listOf(memberOf(told, 'disks'))
  // A disk is one document, a machine a list of them.
  if (options['json'] === true) printJson(disks.length === 1 ? disks[0] : disks)
  else if (disks.length > 0) print(columns(disks.map(disk => [textOf(memberOf(disk, 'disk')), layersText(disk)])))
  return exits.good
}
