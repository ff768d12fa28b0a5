// How an instance is started behind, watched, told anew what it is told, and drained (people.md 4.2, 8).
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { after, describe, test } from 'node:test'
import { AttachVolumeCommand, CreateVolumeCommand } from '@aws-sdk/client-ec2'
import { z } from 'zod'
import { nbdReader } from '#adapters/nbd-client/nbd-client.ts'
import { awsClients } from './aws.ts'
import { program, ranProgram, removeInstance, startInstance, withoutProxies, type Ran } from './instance.ts'

const dir = mkdtempSync(join(tmpdir(), 'keystead-life-'))
after(() => rmSync(dir, { recursive: true, force: true }))

const readyShape = z.looseObject({ ready: z.boolean(), state: z.string(), pid: z.number(), port: z.number(), logFile: z.string() })
const ran = async (...words: readonly string[]): Promise<Ran> => ranProgram(words, dir)
const rowsOf = async (data: string, operation: string): Promise<readonly Record<string, unknown>[]> => {
  const { rows } = z
    .object({ rows: z.array(z.looseObject({ operation: z.string() })) })
    .parse(JSON.parse((await ran('audit', 'query', '--data', data, '--json')).stdout))
  return rows.filter(row => row.operation === operation)
}

async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const end = performance.now() + 20_000; performance.now() < end; await pause(50)) if (await holds()) return
  assert.fail(what)
}

describe('start --detach', () => {
  const data = join(dir, 'detached')

  test('ends when the instance answers; its log is its owner`s alone, also where one lay there already', async () => {
    const { code, stdout } = await ran('start', '--detach', '--data', data, '--port', '0', '--json')
    const told = readyShape.parse(JSON.parse(stdout))
    assert.deepEqual([code, told.ready, told.logFile], [0, true, join(data, 'keystead.log')])
    assert.equal(statSync(told.logFile).mode & 0o777, 0o600)
    const status = JSON.parse((await ran('status', '--data', data, '--json')).stdout) as { pid: number; state: string }
    assert.deepEqual([status.pid, status.state], [told.pid, 'active'])
    chmodSync(told.logFile, 0o644)
  })

  test('a second one says why not, with the exit code and the words of a start that stays', async () => {
    const { code, stdout, stderr } = await ran('start', '--detach', '--data', data, '--port', '0')
    assert.deepEqual([code, stdout], [9, ''])
    assert.match(stderr, /^✗ .+ is open in another process \(pid \d+, since .+\)\.\n {2}next: keystead status/)
    assert.equal(statSync(join(data, 'keystead.log')).mode & 0o777, 0o600)
  })

  test('a wrong option is told before anything is started', async () => {
    const { code } = await ran('start', '--detach', '--data', join(dir, 'wrong'), '--port', '99999')
    assert.equal(code, 3)
  })

  test('status --watch tells a line each time until it is interrupted: 130', async () => {
    const child = spawn(program, ['status', '--watch', '--data', data, '--json'], { env: withoutProxies() })
    const lines: string[] = []
    child.stdout.setEncoding('utf8').on('data', (text: string) => lines.push(...text.split('\n').filter(line => line !== '')))
    await until(() => lines.length >= 2, 'two looks')
    child.kill('SIGINT')
    const [code] = (await once(child, 'exit')) as [number | null]
    assert.equal(code, 130)
    assert(lines.every(line => (JSON.parse(line) as { state: string }).state === 'active'))
  })

  test('stop ends it, and lets the directory go', async () => {
    const { code, stdout } = await ran('stop', '--data', data)
    assert.deepEqual([code, stdout], [0, 'stopped\n'])
    assert.equal((await ran('status', '--data', data)).code, 4)
  })
})

describe('SIGHUP', () => {
  test('changes what may change, names in the log what needs a restart, enters it; a wrong file changes nothing', async () => {
    const [data, file] = [join(dir, 'reloaded'), join(dir, 'keystead.json')]
    const say = (settings: object): void => writeFileSync(file, JSON.stringify(settings))
    say({ throttle: 'on', log: { level: 'warn' } })
    const started = await ran('start', '--detach', '--data', data, '--port', '0', '--config', file, '--json')
    const { pid, logFile } = readyShape.parse(JSON.parse(started.stdout))
    const log = (): string => readFileSync(logFile, 'utf8')

    say({ throttle: 'off', log: { level: 'info' }, listen: { metricsPort: 1 }, region: 'eu-west-1' })
    process.kill(pid, 'SIGHUP')
    await until(() => log().includes('"event":"reloaded"'), 'it says what it did, at the level of the new file')
    for (const name of ['listen.metricsPort', 'region'])
      assert(new RegExp(`"event":"reload\\.needs-restart".*"name":"${name}"`).test(log()), log())
    assert(/"event":"certificate-loaded"/.test(log()))
    await until(async () => (await rowsOf(data, 'InstanceReload')).length === 1, 'it is in the audit')

    writeFileSync(file, '{ "throttel": "on" }')
    process.kill(pid, 'SIGHUP')
    await until(() => log().includes('"event":"reload.refused"'), 'a wrong name is refused')
    assert(log().includes('the nearest is throttle'))
    writeFileSync(file, '{ broken')
    process.kill(pid, 'SIGHUP')
    await until(() => log().includes('The configuration was not read anew'), 'a file that is none is told')
    assert.equal((await ran('status', '--data', data)).code, 0, 'it goes on')
    assert.equal((await rowsOf(data, 'InstanceReload')).length, 1)
    await ran('stop', '--data', data)
  })
})

describe('stop --drain', () => {
  test('says how many open disks it flushed and closed; an open one is one', async () => {
    const instance = await startInstance()
    const { administrator, caFile, endpoints } = instance.environment
    const credentials = { accessKeyId: administrator.awsAccessKeyId, secretAccessKey: administrator.awsSecretAccessKey }
    const { ec2 } = awsClients({ endpoint: String(endpoints['aws']), ca: readFileSync(caFile, 'utf8') }, credentials)
    const { VolumeId = '' } = await ec2.send(new CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1 }))
    await ec2.send(new AttachVolumeCommand({ VolumeId, InstanceId: 'i-0123456789abcdef0', Device: '/dev/sdf' }))
    const { uri, socket } = z.looseObject({ uri: z.string(), socket: z.string() }).parse(await instance.ask('disk', 'export', VolumeId))
    const name = decodeURIComponent(new URL(uri).pathname.slice(1))
    const open = await nbdReader(async () => socket).open(name)
    await open.read(0, 512)
    const { code, stdout } = await instance.run('stop', '--drain', '2')
    assert.deepEqual([code, stdout], [0, 'drained 1 disk, stopped\n'])
    await assert.rejects(open.read(0, 512))
    open.close()
    await instance.start()
    assert.deepEqual(await instance.ask('stop', '--drain', '0'), { stopped: true, disksClosed: 0 })
    assert.equal((await ranProgram(['stop', '--drain', 'soon', '--data', instance.data], dir)).code, 3)
    await removeInstance(instance)
  })
})
