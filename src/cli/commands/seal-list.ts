import { ask, dataDirOf } from '#cli/admin.ts'
import { text, type Run } from '#cli/command.ts'
import { listOf, memberOf, textOf } from '#cli/json-value.ts'
import { columns, exits, note, print, printJson } from '#cli/output.ts'

export const run: Run = async ({ options }) => {
  const data = text(options['data'])
  const answer = await ask(dataDirOf(data === undefined ? {} : { data }), { method: 'GET', path: '/seals' })
  if (options['json'] === true) {
    printJson(answer)
    return exits.good
  }
  const seals = listOf(memberOf(answer, 'seals'))
  const kinds = seals.map(seal => textOf(memberOf(seal, 'kind')))
  print(columns(seals.map((seal, at) => [textOf(memberOf(seal, 'id')), kinds[at] ?? '', costsOf(memberOf(seal, 'params'))])))
  if (kinds.every(kind => kind === 'key-file')) note('! development seal: a key file alone; keystead seal add --kind passphrase')
  return exits.good
}

function costsOf(params: unknown): string {
  const [memory, passes, lanes] = ['memoryKib', 'passes', 'lanes'].map(name => textOf(memberOf(params, name)))
  return memory === '' ? 'opens without anybody present' : `Argon2id ${Number(memory) / 1_024} MiB, ${passes} passes, ${lanes} lanes`
}
