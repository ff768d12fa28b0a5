import { dataDirGiven } from '#cli/admin.ts'
import { durationMs } from '#cli/audit-rows.ts'
import { callerOf } from '#cli/caller.ts'
import { text, type Invocation, type Run } from '#cli/command.ts'
import { keepGuard } from '#cli/drill-guard.ts'
import { runDrill, type DrillResult } from '#cli/drill-run.ts'
import { impactLine, impactOf } from '#cli/impact-text.ts'
import { listOf, memberOf, textOf } from '#cli/json-value.ts'
import { keySwitch } from '#cli/key-switch.ts'
import { CommandFailed, exits, note, print, printJson } from '#cli/output.ts'

const holdUnlessSaid = '1s'

export const run: Run = async ({ options, arguments: [named = ''] }) => {
  if (options['guard'] === true) return keepGuard()
  const holdMs = durationMs('--for', text(options['for']) ?? holdUnlessSaid)
  const dataDir = dataDirGiven(options)
  const impact = await impactOf(dataDir, { key: named, action: 'disable' })
  assertMay(impact, options, named)
  await using caller = await callerOf(dataDir, options)
  note(impactLine(impact))
  const versions = listOf(memberOf(impact, 'versions')).map(textOf)
  const interrupted = new AbortController()
  // The first one ends the drill, with the key on; the second ends the command, and the guard puts it on.
  const stop = (): void => (interrupted.signal.aborted ? process.exit(exits.interrupted) : interrupted.abort())
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop)
  const key = keySwitch(caller, { key: textOf(memberOf(impact, 'key')), versions })
  const result = await runDrill({ dataDir, key, impact, holdMs, signal: interrupted.signal })
  tell(options, impact, result)
  if (interrupted.signal.aborted) return exits.interrupted
  return result.asPredicted ? exits.good : exits.bad
}

function assertMay(impact: unknown, options: Invocation['options'], named: string): void {
  const state = textOf(memberOf(impact, 'state'))
  const key = textOf(memberOf(impact, 'key'))
  if (state !== 'enabled')
    throw new CommandFailed({
      exit: exits.conflict,
      code: 'KeyNotEnabled',
      message: `${key} is ${state} already: there is nothing to rehearse.`,
      ...(!key.startsWith('arn:') && { next: [`keystead key ${state === 'deleted' ? 'recover' : 'enable'} ${key}`] }),
    })
  const production = listOf(memberOf(impact, 'environments'))
    .map(textOf)
    .filter(one => /^prod(?:uction)?$/i.test(one))
  if (production.length > 0 && options['production'] !== true)
    throw new CommandFailed({
      exit: exits.usage,
      code: 'Production',
      message: `${key} is of the environment ${production.join(', ')}; nothing was done.`,
      because: impactLine(impact),
      next: [`keystead drill ${named} --production`],
    })
}

const secondsText = (seconds: number | null): string => (seconds === null ? 'never' : `${seconds.toFixed(1)} s`)

function tell(options: Invocation['options'], impact: unknown, result: DrillResult): void {
  const predicted = listOf(memberOf(impact, 'stops'))
  if (options['json'] === true) {
    printJson({ key: memberOf(impact, 'key'), versions: memberOf(impact, 'versions'), predicted, ...result })
    return
  }
  const { stopped, missed, unexpected, stillDown, watched, failSeconds, backSeconds, asPredicted } = result
  const times =
    watched.length === 0
      ? ''
      : `; of ${watched.length} that were read, the last failed after ${secondsText(failSeconds)} and was back after ${secondsText(backSeconds)}`
  print(`${asPredicted ? '✓' : '✗'} ${stopped.length} things stopped${times}: ${asPredicted ? 'as predicted' : 'not as predicted'}`)
  for (const id of missed) print(`  went on, though it was to stop  ${id}`)
  for (const id of unexpected) print(`  stopped, though it was not to  ${id}`)
  for (const id of stillDown) print(`  did not come back  ${id}`)
  for (const one of watched.filter(({ failSeconds: failed, backSeconds: back }) => failed === null || back === null))
    print(`  ${one.failSeconds === null ? 'could be read all the while' : 'could not be read again'}  ${one.id}`)
}
