import { ask, dataDirOf } from '#cli/admin.ts'
import { text, type Run } from '#cli/command.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { exits, note, print, printJson } from '#cli/output.ts'
import { proofOfChange } from '#cli/seal-proof.ts'

export const run: Run = async ({ options, arguments: [id = ''] }) => {
  const data = text(options['data'])
  const dataDir = dataDirOf(data === undefined ? {} : { data })
  const proof = await proofOfChange(dataDir, options)
  const removed = await ask(dataDir, { method: 'POST', path: `/seals/${encodeURIComponent(id)}/remove`, body: { proof } })
  const answer = { id: textOf(memberOf(removed, 'id')), kind: textOf(memberOf(removed, 'kind')) }
  if (options['json'] === true) printJson({ removed: answer })
  else {
    print(`removed ${answer.kind} ${answer.id}`)
    note(`! copies of the data that were made before still open by ${whatItIs(answer.kind)}: destroy it`)
  }
  return exits.good
}

const whatItIs = (kind: string): string => ({ 'key-file': 'its file', pkcs11: 'its key in the token' })[kind] ?? 'it'
