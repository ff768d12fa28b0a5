import { ask, dataDirGiven } from '#cli/admin.ts'
import type { Run } from '#cli/command.ts'
import { listOf, memberOf, textOf } from '#cli/json-value.ts'
import { layersText } from '#cli/layers-text.ts'
import { columns, exits, note, print, printJson } from '#cli/output.ts'

export const run: Run = async ({ options, arguments: [id = ''] }) => {
  const fleet = await ask(dataDirGiven(options), { method: 'POST', path: '/disks/fleet', body: { id } })
  if (options['json'] === true) {
    printJson(fleet)
    return exits.good
  }
  const of = (name: string): string => textOf(memberOf(fleet, name))
  const disks = listOf(memberOf(fleet, 'disks'))
  print(`${of('set')}  ${of('activeKey')}  ${memberOf(fleet, 'followsKey') === true ? 'follows its key' : 'stays on its version'}`)
  if (disks.length > 0) print(columns(disks.map(lineOf)))
  const behind = disks.filter(disk => memberOf(disk, 'behind') === true).length
  const done = of('rewrapped') === '' ? '' : `, ${of('rewrapped')} wrapped anew so far`
  note(`${disks.length} disks, ${behind} under an earlier version${done}`)
  return exits.good
}

const lineOf = (disk: unknown): readonly string[] => [
  textOf(memberOf(disk, 'disk')),
  layersText(disk),
  memberOf(disk, 'behind') === true ? '! behind' : '',
  textOf(memberOf(disk, 'attachedTo')).split('/').at(-1) ?? '',
]
