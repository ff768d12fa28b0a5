// What the fault tests put into a bucket: objects whose bytes follow from their number, some of many chunks.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { compartmentId, type Scope } from '#model/brands.ts'
import type { Principal } from '#model/principal.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import type { Found } from '#domain/access/permit.ts'
import { createBucket } from '#domain/objects/create-bucket.ts'
import { bucketNamed } from '#domain/objects/find-bucket.ts'
import { putObject } from '#domain/objects/put-object.ts'
import { inPieces, readObject } from '#domain/objects/read-object.ts'
import { namedByRecord } from '#domain/objects/reap-bytes.ts'
import { bucketScope, objectScope } from '#domain/objects/scopes.ts'
import { versionToRead } from '#domain/objects/versions.ts'
import { lookAs, performAs } from './installation.ts'

const accountId = '111122223333'
const bucket = 'faults'
/** Stands in every object, and nowhere at rest. */
const canary = 'canary-of-the-fault-tests-'

const acting = {
  accountId,
  kind: 'root',
  arn: `arn:aws:iam::${accountId}:root`,
  userId: accountId,
  accessKeyId: 'AKIAFAULTS',
  sessionPolicies: [],
  tags: {},
} as const
/** The root of an account: no policy is needed. */
export const owner: Principal = { id: accountId, kind: 'awsUser', tenant: accountId, acting }

const owned = (on: Scope, kind: 'bucket' | 'account'): Found => ({
  on,
  owned: { account: accountId, arn: on.at(-1) ?? '', kind, facts: () => undefined },
})

/** Up to five chunks. */
const bytesOf = (n: number): Buffer => Buffer.from(`${canary}${n}-`.repeat(1 + ((n * 7_919) % 10_000)))
const numberIn = (bytes: Buffer): number => Number(/^canary-of-the-fault-tests-(\d+)-/.exec(bytes.toString('latin1', 0, 64))?.[1])

export async function makeBucket(context: Context): Promise<void> {
  await performAs(context, owner, async call => {
    const permit = context.access.permit(call, 'bucket.create', owned(bucketScope(bucket), 'account'))
    await createBucket(context, call, { permit, name: bucket, accountId, region: 'us-east-1', tags: [], ownership: undefined })
  })
}

export async function putNumber(context: Context, n: number): Promise<void> {
  const [key, bytes] = [`o${n}`, bytesOf(n)]
  await performAs(context, owner, async call => {
    const held = await bucketNamed(context, call, bucket)
    await putObject(context, call, {
      permit: context.access.permit(call, 'object.write', owned(objectScope({ bucket, key }), 'bucket')),
      bucket: held,
      key,
      encryption: undefined,
      conditions: {},
      incoming: { bytes: cut(bytes), length: bytes.length, digests: ['md5'] },
      checksum: undefined,
      headers: {},
      metadata: {},
      tags: [],
    })
  })
}

async function* cut(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 50_000) yield bytes.subarray(at, at + 50_000)
}

async function read(context: Context, call: Call, key: string): Promise<Buffer> {
  const held = await bucketNamed(context, call, bucket)
  const { value: version } = await versionToRead(context, call, { bucket: held, key, versionId: undefined })
  const permit = context.access.permit(call, 'object.read', owned(objectScope({ bucket, key }), 'bucket'))
  const range = { start: 0, end: version.size }
  const bytes = await readObject(context, call, { permit, bucket: held, version, range, shown: undefined })
  return Buffer.concat(await Array.fromAsync(inPieces(bytes)))
}

/** The numbers of the objects that are there, each read whole and found to be what its number means. */
export async function numbersThere(context: Context): Promise<ReadonlySet<string>> {
  return lookAs(context, owner, async call => {
    const { value } = await bucketNamed(context, call, bucket)
    const there = new Set<string>()
    for (const key of await context.objectNames.of(value.compartment)) {
      const bytes = await read(context, call, key)
      const n = numberIn(bytes)
      if (!bytes.equals(bytesOf(n)) || `o${n}` !== key) throw new Error(`${key} is half an object`)
      there.add(n.toString())
    }
    return there
  })
}

export interface Lying {
  /** Runs of bytes that are confirmed though no record names them. */
  readonly orphans: readonly string[]
  readonly intents: number
  readonly plaintext: readonly string[]
}

/** What lies in the folder of objects. */
export async function lying(context: Context, folder: string): Promise<Lying> {
  const files = (readdirSync(folder, { recursive: true }) as readonly string[]).filter(name => statSync(join(folder, name)).isFile())
  const plaintext = files.filter(name => readFileSync(join(folder, name)).includes(canary))
  const confirmed = files.filter(name => !name.startsWith('intents'))
  const orphans: string[] = []
  for (const name of confirmed) {
    const [compartment = '', id = ''] = name.split('/')
    if (!(await namedByRecord(context, { compartment: compartmentId(compartment), id }))) orphans.push(name)
  }
  return { orphans, intents: files.length - confirmed.length, plaintext }
}
