import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { ask, dataDirGiven } from '#cli/admin.ts'
import { text, texts, type Run } from '#cli/command.ts'
import { listOf, memberOf, textOf } from '#cli/json-value.ts'
import { CommandFailed, exits, note, print, printJson } from '#cli/output.ts'
import { progress } from '#cli/progress.ts'

const lookAgainMs = 200
const mebibyte = 1_048_576

/** The running instance as it is at this moment, into one file that its recipients alone can read. */
export const run: Run = async ({ options }) => {
  const dataDir = dataDirGiven(options)
  const to = text(options['to'])
  const recipients = [...texts(options['recipient']), ...texts(options['recipientsFile']).flatMap(recipientsIn)]
  if (to === undefined || recipients.length === 0)
    throw new CommandFailed({
      exit: exits.usage,
      code: 'Usage',
      message: 'A backup goes to a file (--to) and to recipients (--recipient age1…): without one of their keys nobody reads it.',
      next: ['age-keygen -o backup-key.txt, on another machine', 'keystead backup create --to FILE --recipient age1…'],
    })
  await ask(dataDir, { method: 'POST', path: '/backups', body: { to: resolve(to), recipients } })
  const done = await finished(dataDir)
  if (options['json'] === true) printJson(done)
  else tell(done, to)
  return exits.good
}

function recipientsIn(path: string): readonly string[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('#'))
}

async function finished(dataDir: string): Promise<unknown> {
  const told = progress('MiB')
  try {
    for (;;) {
      const standing = await ask(dataDir, { method: 'GET', path: '/backups' })
      const state = textOf(memberOf(standing, 'state'))
      if (state === 'done') return standing
      if (state !== 'running')
        throw new CommandFailed({
          exit: exits.unknown,
          code: 'BackupFailed',
          message: 'The backup was not taken; nothing was left behind.',
          because: textOf(memberOf(standing, 'because')),
          next: [`keystead backup create --data ${dataDir}`, `keystead doctor --deep --data ${dataDir}`],
        })
      told.done(Math.floor(Number(memberOf(standing, 'bytes')) / mebibyte))
      const { promise, resolve: again } = Promise.withResolvers<void>()
      setTimeout(again, lookAgainMs)
      await promise
    }
  } finally {
    told.end()
  }
}

function tell(done: unknown, to: string): void {
  const [records, disks, objects, bytes, recipients] = ['records', 'disks', 'objects', 'bytes', 'recipients'].map(name =>
    Number(memberOf(done, name)),
  )
  const head = textOf(memberOf(done, 'auditHead'))
  const size = `${((bytes ?? 0) / mebibyte).toFixed(1)} MiB`
  print(
    `${(records ?? 0).toLocaleString('en')} records, ${disks} disks, ${objects} objects, audit head ${head.slice(0, 8)}, ${recipients} recipients, ${size}`,
  )
  print(`sha256 ${textOf(memberOf(done, 'sha256'))}`)
  for (const left of listOf(memberOf(done, 'leftOut'))) note(`! left out, for it is not there: ${textOf(left)}`)
  note(
    `It opens with a recipient's key and then with a seal of the instance: keep both elsewhere. Rehearse: keystead restore ${to} --into DIR --identity FILE`,
  )
}
