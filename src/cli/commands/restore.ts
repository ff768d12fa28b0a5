import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { identitiesIn } from '#adapters/age/age-file.ts'
import { dataDirGiven } from '#cli/admin.ts'
import { text, texts, type Run } from '#cli/command.ts'
import { CommandFailed, exits, note, print, printJson } from '#cli/output.ts'
import { progress } from '#cli/progress.ts'
import { secretFrom } from '#cli/secret-input.ts'
import type { BackupManifest } from '#compose/backup-format.ts'
import { RestoreRefused, restoreBackup, type RestoreRefusal } from '#compose/restore.ts'

const mebibyte = 1_048_576
const exitOf: Readonly<Record<RestoreRefusal, number>> = {
  taken: exits.conflict,
  rollback: exits.conflict,
  damaged: exits.bad,
  unreadable: exits.denied,
}
const codeOf: Readonly<Record<RestoreRefusal, string>> = {
  taken: 'FolderTaken',
  rollback: 'Rollback',
  damaged: 'BackupDamaged',
  unreadable: 'BackupUnreadable',
}

export const run: Run = async ({ options, arguments: [file = ''] }) => {
  const [into, identity] = [text(options['into']), text(options['identity'])]
  if (into === undefined || identity === undefined)
    throw new CommandFailed({
      exit: exits.usage,
      code: 'Usage',
      message: 'A backup is restored into a folder (--into) with the key of a recipient (--identity FILE, - is standard input).',
      next: [`keystead restore ${file} --into DIR --identity FILE`],
    })
  const manifest = await restored({
    file: resolve(file),
    into: resolve(into),
    identities: identitiesIn(await secretText(identity)),
    options,
  })
  const { clusterId, createdAt, records, disks, objects, auditHead, leftOut } = manifest
  if (options['json'] === true) printJson({ into: resolve(into), clusterId, createdAt, records, disks, objects, auditHead, leftOut })
  else {
    print(`${records.toLocaleString('en')} records, ${disks} disks, ${objects} objects of ${createdAt} are in ${resolve(into)}`)
    note('It opens by a seal of that moment; what was revoked, purged or rotated since is as it was then.')
    note(`next: keystead start --data ${resolve(into)} --seal-file FILE, then keystead doctor --deep --data ${resolve(into)}`)
  }
  return exits.good
}

const secretText = async (path: string): Promise<string> => secretFrom(path, '')

interface Restoring {
  readonly file: string
  readonly into: string
  readonly identities: readonly string[]
  readonly options: Readonly<Record<string, unknown>>
}

async function restored({ file, into, identities, options }: Restoring): Promise<BackupManifest> {
  const told = progress('MiB')
  try {
    return await restoreBackup({
      file,
      into,
      identities,
      stateHome: process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'),
      checkpoints: texts(options['checkpoint']).map(path => resolve(path)),
      known: [dataDirGiven(options)],
      acceptRollback: options['acceptRollback'] === true,
      onBytes: bytes => told.done(Math.floor(bytes / mebibyte)),
    })
  } catch (error) {
    throw failureOf(error, file)
  } finally {
    told.end()
  }
}

function failureOf(error: unknown, file: string): unknown {
  if (error instanceof RestoreRefused) {
    const next = error.refusal === 'rollback' ? [`keystead restore ${file} --into DIR --identity FILE --accept-rollback`] : []
    return new CommandFailed({
      exit: exitOf[error.refusal],
      code: codeOf[error.refusal],
      message: 'Nothing was restored.',
      because: error.message,
      next,
    })
  }
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
    return new CommandFailed({ exit: exits.missing, code: 'NoFile', message: `${file} is not there.` })
  return error
}
