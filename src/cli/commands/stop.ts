import { isDataDirectoryLocked } from '#adapters/sqlite/lock.ts'
import { ask, dataDirOf } from '#cli/admin.ts'
import { CommandFailed, exits, print, printJson } from '#cli/output.ts'
import { text, type Run } from '#cli/command.ts'

const patienceMs = 20_000
const lookAgainMs = 50

export const run: Run = async ({ options }) => {
  const data = text(options['data'])
  const dataDir = dataDirOf(data === undefined ? {} : { data })
  await ask(dataDir, { method: 'POST', path: '/stop' })
  const end = performance.now() + patienceMs
  // Stopped is who has let the data directory go: it may be started on, copied or removed now. The admin socket falls silent before.
  while (isDataDirectoryLocked(dataDir)) {
    if (performance.now() > end) {
      throw new CommandFailed({
        exit: exits.busy,
        code: 'StillStopping',
        message: `The instance on ${dataDir} has not ended within 20 s.`,
        next: [`keystead status --data ${dataDir}`],
      })
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    setTimeout(resolve, lookAgainMs)
    await promise
  }
  if (options['json'] === true) printJson({ stopped: true })
  else print('stopped')
  return exits.good
}
