// For tests alone: volumes and keys of an account, by their wires.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testAccount, testUser, type Credentials } from '#domain/accounts/testing.ts'
import { createExportControl } from '#domain/disks/export-control.ts'
import { diskRemovedTopic } from '#domain/disks/delete-disk.ts'
import { lateDisks } from '#domain/disks/late-disks.ts'
import { startOutbox } from '#domain/jobs/outbox.ts'
import { startScheduler } from '#domain/jobs/scheduler.ts'
import { diskPlane, testGround, type GroundChanges } from '#domain/testing.ts'
import { copyBytesRunner } from '#domain/volumes/copy-bytes.ts'
import { reapVolumeBytes } from '#domain/volumes/reap-bytes.ts'
import { volumeExports } from '#domain/volumes/volume-exports.ts'
import { sign } from '#protocols/aws/testing.ts'
import type { Context } from '#domain/context.ts'
import type { AwsSite } from '#protocols/aws/operation.ts'
import type { Protocol } from '#protocols/http/protocol.ts'
import { createPipeline } from '#protocols/http/pipeline.ts'
import { ask, type Answered } from '#protocols/http/testing.ts'
import { ec2Protocol } from './index.ts'

const domain = 'keystead.test'
export const accountId = '111122223333'
export const region = 'us-east-1'
export const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }
const volumesAlone = { ...everything, Statement: [{ Effect: 'Allow', Action: 'ec2:*', Resource: '*' }] }

/** `keys`: the wire of keys, which a test brings. */
export async function ec2Ground(keys: (domain: string) => Protocol<Context, AwsSite>, changes: GroundChanges = {}) {
  const ground = await testGround({ domain, ...changes })
  await testAccount(ground, accountId)
  const alice = await testUser(ground, { accountId, name: 'alice', policy: everything })
  const bob = await testUser(ground, { accountId, name: 'bob', policy: volumesAlone })
  const ec2Wire = createPipeline(ground.context, ec2Protocol(domain))
  const kmsWire = createPipeline(ground.context, keys(domain))
  const at = () => ground.clock.now()
  const ec2In =
    (where: string) =>
    async (who: Credentials, action: string, members: Readonly<Record<string, string>> = {}): Promise<Answered> =>
      ask(
        ec2Wire,
        sign({
          url: `https://ec2.${where}.${domain}/`,
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
          body: new URLSearchParams({ Action: action, Version: '2016-11-15', ...members }).toString(),
          credentials: who,
          service: 'ec2',
          region: where,
          at: at(),
        }),
      )
  const ec2 = ec2In(region)
  const kms = async (who: Credentials, action: string, members: object): Promise<Answered> =>
    ask(
      kmsWire,
      sign({
        url: `https://kms.${region}.${domain}/`,
        method: 'POST',
        headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `TrentService.${action}` },
        body: JSON.stringify(members),
        credentials: who,
        service: 'kms',
        region,
        at: at(),
      }),
    )
  const newKey = async (): Promise<string> => {
    const { text } = await kms(alice, 'CreateKey', {})
    return /"Arn":"([^"]+)"/.exec(text)?.[1] ?? assert.fail(text)
  }
  const newVolume = async (members: Readonly<Record<string, string>> = {}, who: Credentials = alice): Promise<string> => {
    const made = await ec2(who, 'CreateVolume', { AvailabilityZone: `${region}a`, Size: '8', ...members })
    assert.equal(made.status, 200, made.text)
    return valueOf(made, 'volumeId')
  }
  return { ground, alice, bob, ec2, elsewhere: ec2In('eu-west-1'), kms, newKey, newVolume }
}

/** Wires, what the instance does by itself, and the data plane over the control plane, in one process. */
export async function servedGround(keys: (domain: string) => Protocol<Context, AwsSite>, t: { after(run: () => Promise<void>): void }) {
  const late = lateDisks()
  const wires = await ec2Ground(keys, { diskBytes: late.diskBytes })
  const { ground, ec2, alice } = wires
  const { context, clock } = ground
  const folder = mkdtempSync(join(tmpdir(), 'volumes-'))
  const control = createExportControl(context, { sources: [volumeExports(context)] })
  const { served: disks, lying } = diskPlane({ folder, control, clock, log: context.log })
  late.started(lying)
  const intervalMs = 1_000
  const consumers = [{ topic: diskRemovedTopic, handle: async (body: Uint8Array) => disks.remove(Buffer.from(body).toString('utf8')) }]
  const schedules = [
    startScheduler(context, { tasks: [], runners: [copyBytesRunner], reactions: [reapVolumeBytes(context)], intervalMs }),
    startOutbox(context, { consumers, intervalMs }),
  ]
  t.after(async () => {
    for (const schedule of schedules) await schedule.stop()
    await disks.stop('the test is over')
    control.stop()
    rmSync(folder, { recursive: true })
  })
  const InstanceId = 'i-0123456789abcdef0'
  /** What a volume has there, and `write` there afterwards, by an attachment that lasts for so long. */
  const throughAs =
    (who: Credentials) =>
    async (VolumeId: string, offset: number, write?: Uint8Array): Promise<Buffer> => {
      // oxlint-disable-line max-params -- as sentences of tests read
      const attached = await ec2(who, 'AttachVolume', { VolumeId, InstanceId, Device: '/dev/sdf' })
      assert.equal(attached.status, 200, attached.text)
      const { name } = await control.exportOf(VolumeId)
      const open = await disks.attach(name, () => undefined)
      assert('device' in open, JSON.stringify(open))
      const back = Buffer.alloc(512)
      open.device.read(offset, back)
      if (write !== undefined) open.device.write(offset, Uint8Array.from(write))
      await open.release()
      assert.equal((await ec2(who, 'DetachVolume', { VolumeId })).status, 200)
      return back
    }
  const through = throughAs(alice)
  const rows = (operation: string) => ground.rows().filter(row => row['operation'] === operation)
  return { ...wires, folder, control, disks, rows, through, throughAs }
}

/** The first element of that name. */
export const valueOf = ({ text }: Answered, name: string): string => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1] ?? ''
export const idsIn = ({ text }: Answered): readonly (string | undefined)[] => [...text.matchAll(/<volumeId>([^<]+)</g)].map(([, id]) => id)
export const refusal = (answered: Answered) => [answered.status, valueOf(answered, 'Code')]
