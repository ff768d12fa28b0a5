import { loadNative } from '#adapters/native/native.ts'
import { ask, isRunning } from '#cli/admin.ts'
import { text, type Run } from '#cli/command.ts'
import type { Check } from '#cli/doctor/check.ts'
import { clients } from '#cli/doctor/client-needs.ts'
import { clientChecks, shellChecks } from '#cli/doctor/client-checks.ts'
import { deepChecks } from '#cli/doctor/deep.ts'
import { dataDirectoryCheck, databaseCheck, freeBytesOf, openFilesLimit, sealFileCheck, sealsCheck } from '#cli/doctor/files.ts'
import { freePortChecks, servedChecks } from '#cli/doctor/listening.ts'
import { clockCheck, nativeCheck, nodeCheck, openFilesCheck, spaceCheck, throttleCheck } from '#cli/doctor/machine.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { CommandFailed, exits, print, printJson } from '#cli/output.ts'
import { pinnedNode } from '#cli/package-version.ts'
import { progress } from '#cli/progress.ts'
import { readStartConfig } from '#cli/start-config.ts'
import type { Config } from '#config'

type Options = Readonly<Record<string, unknown>>

const settingsOf = ({ data, config, sealFile }: Options): Options => ({ data, config, sealFile })

/** Looks at everything that keeps an instance from standing or a client from reaching it. Exit 1 where something is wrong. */
export const run: Run = async ({ options }) => {
  const client = text(options['client'])
  if (client !== undefined && clients[client] === undefined)
    throw new CommandFailed({ exit: exits.usage, code: 'Usage', message: `--client is one of ${Object.keys(clients).join(', ')}.` })
  const reading = await readStartConfig(settingsOf(options))
  const checks = reading.ok
    ? await checksOf(reading.config, options)
    : reading.problems.map((message): Check => ({ id: 'Configuration', state: 'fail', message, fix: 'keystead config show --origin' }))
  const ok = checks.every(({ state }) => state !== 'fail')
  if (options['json'] === true) printJson({ ok, checks })
  else tell(checks)
  return ok ? exits.good : exits.bad
}

const marks = { ok: '✓', warn: '!', fail: '✗' } as const

function tell(checks: readonly Check[]): void {
  for (const check of checks) {
    print(`${marks[check.state]} ${check.id}: ${check.message}`)
    if (check.state !== 'ok') print(`  next: ${check.fix}`)
  }
}

async function checksOf(config: Config, options: Options): Promise<readonly Check[]> {
  const { dataDir } = config
  const told = progress('checks')
  const running = await isRunning(dataDir)
  const status = running ? await ask(dataDir, { method: 'GET', path: '/status' }) : undefined
  const active = textOf(memberOf(status, 'state')) === 'active'
  const environment = active ? await ask(dataDir, { method: 'GET', path: '/environment' }) : undefined
  const checks = [...machineChecks(), ...filesChecks(config)]
  told.done(checks.length)
  checks.push(stateCheck(status, dataDir))
  checks.push(...(running ? await servedChecks(status, environment) : await freePortChecks(config)))
  checks.push(...shellChecks(process.env, { domain: config.domain, environment }))
  checks.push(...(await checksOfClient(text(options['client']), environment, dataDir)))
  told.done(checks.length)
  if (options['deep'] === true) checks.push(...(await deepChecks({ dataDir, running, options })))
  told.end()
  return checks
}

function machineChecks(): Check[] {
  const { node, openssl } = process.versions
  const { backend, reason } = loadNative()
  return [
    nodeCheck({ node, openssl, wanted: pinnedNode() }),
    nativeCheck({ backend, reason }),
    throttleCheck(process.env['KEYSTEAD_THROTTLE']),
    openFilesCheck(openFilesLimit()),
  ]
}

function filesChecks(config: Config): Check[] {
  const { dataDir } = config
  const { check, standing } = databaseCheck(dataDir)
  return [
    dataDirectoryCheck(dataDir),
    check,
    sealFileCheck(config, standing),
    sealsCheck(standing, dataDir),
    clockCheck({ now: Date.now(), newest: standing?.newest }),
    spaceCheck(freeBytesOf(dataDir), dataDir),
  ]
}

function stateCheck(status: unknown, dataDir: string): Check {
  if (status === undefined) return { id: 'State', state: 'ok', message: `no instance runs on ${dataDir}` }
  const state = textOf(memberOf(status, 'state'))
  if (state === 'active') return { id: 'State', state: 'ok', message: `active, pid ${textOf(memberOf(status, 'pid'))}` }
  const because = textOf(memberOf(memberOf(status, 'sealed'), 'because'))
  const fix = state === 'sealed' ? `keystead unseal --data ${dataDir}` : `keystead status --data ${dataDir}`
  return { id: 'State', state: 'fail', message: `${state}${because === '' ? '' : `: ${because}`}`, fix }
}

async function checksOfClient(name: string | undefined, environment: unknown, dataDir: string): Promise<readonly Check[]> {
  const needs = name === undefined ? undefined : clients[name]
  if (name === undefined || needs === undefined) return []
  if (environment === undefined)
    return [{ id: 'ClientReach', state: 'fail', message: `no instance answers ${name}`, fix: `keystead start --data ${dataDir}` }]
  return clientChecks({ name, needs, env: process.env, environment })
}
