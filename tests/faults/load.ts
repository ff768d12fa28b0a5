// Mixed load of some clients, each on things of its own, and what each was told.
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { z } from 'zod'
import { CommandFailed, exits } from '#cli/output.ts'
import { secret } from '#tests/left-behind/noted.ts'
import { TestClient, u16, u32 } from '#tests/wire/nbd/client.ts'
import { assignmentBody, assignmentPath, keyPath, vaultName, type Cloud } from './fired-cloud.ts'
import type { FiredInstance } from './fired-instance.ts'
import { ledger, type Ledger } from './ledger.ts'
import { Unanswered, type Answered, type Asked, type Wire } from './wire.ts'

/** A key: absent, deleted, or live with its tag. */
export type KeyState = 'absent' | 'deleted' | `live ${string}`

export interface Told {
  readonly keys: Ledger<KeyState>
  /** By principal: the name of the one assignment that it has, or nothing. */
  readonly assignments: Ledger<string>
  /** Block by number: the number that fills it. */
  readonly blocks: Ledger<number>
  /** Of this round: status by request id. */
  readonly answers: Map<string, number>
  /** Refusals that nobody may get here. */
  readonly surprises: string[]
}

export const nothingTold = (): Told => ({
  keys: ledger<KeyState>('absent'),
  assignments: ledger(''),
  blocks: ledger(0),
  answers: new Map(),
  surprises: [],
})

export interface Fire {
  readonly instance: FiredInstance
  readonly wire: Wire
  readonly cloud: Cloud
  readonly told: Told
  readonly round: number
  readonly over: () => boolean
  /** The ground gives way under it: what is answered with a failure of the service is not known to be done or not. */
  readonly failing?: true
}

export const blockBytes = 4_096
export const blocksOfDisk = 256
const exportShape = z.object({ name: z.string(), socket: z.string() })

/** Runs until it is over or nobody answers. */
export async function load(fire: Fire): Promise<void> {
  const workers = [keyWorker(fire, 0), keyWorker(fire, 1), keyWorker(fire, 2), roleWorker(fire), diskWorker(fire)]
  for (const { reason } of (await Promise.allSettled(workers)).filter(result => result.status === 'rejected')) {
    if (!isSilence(reason)) throw reason
  }
}

/** The instance is gone: expected. */
const isSilence = (cause: unknown): boolean =>
  cause instanceof Unanswered ||
  (cause instanceof CommandFailed && cause.failure.exit === exits.unreachable) ||
  (cause instanceof Error && (cause.message.startsWith('closed with ') || ('code' in cause && /^E(?:CONN|PIPE)/.test(String(cause.code)))))

/** Notes the answer; throws where it is none that this client may get. */
async function asked({ wire, told, failing }: Fire, what: Asked): Promise<Answered> {
  const answer = await wire.send(what)
  if (failing === true && answer.status >= 500) throw new Unanswered(`${what.path}: ${answer.status}`)
  told.answers.set(answer.requestId, answer.status)
  if (answer.status >= 300) told.surprises.push(`${what.method} ${what.path}: ${answer.status} ${JSON.stringify(answer.body)}`)
  return answer
}

async function keyWorker(fire: Fire, worker: number): Promise<void> {
  const { told, cloud, over, round } = fire
  const { keys } = told
  const of = async (method: Asked['method'], path: string, body?: unknown): Promise<void> => {
    await asked(fire, { method, host: `${vaultName}.vault`, path, token: cloud.vault, body })
  }
  for (let count = 0; !over(); count += 1) {
    const name = `k${round}-${worker}-${count}`
    const tagged = `t${count}`
    await keys.change(name, 'live ', async () => of('POST', keyPath(name, '/create'), { kty: 'EC', crv: 'P-256' }))
    await of('POST', keyPath(name, '/sign'), { alg: 'ES256', value: digestOf(name).toString('base64url') })
    await keys.change(name, `live ${tagged}`, async () => of('PATCH', keyPath(name), { tags: { n: tagged } }))
    if (count % 3 === 1) await keys.change(name, 'deleted', async () => of('DELETE', keyPath(name)))
  }
}

export const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()

async function roleWorker(fire: Fire): Promise<void> {
  const { told, cloud, over, wire } = fire
  const of = async (method: Asked['method'], name: string, body?: unknown): Promise<void> => {
    await asked(fire, { method, host: 'management', path: assignmentPath(wire, name), token: cloud.arm, body })
  }
  for (let count = 0; !over(); count += 1) {
    const principal = cloud.principals[count % cloud.principals.length] ?? ''
    // Once at a place: what an earlier round left goes first.
    const [standing = ''] = told.assignments.possible(principal)
    if (standing !== '') await told.assignments.change(principal, '', async () => of('DELETE', standing))
    const name = randomUUID()
    await told.assignments.change(principal, name, async () => of('PUT', name, assignmentBody(wire, 'reader', principal)))
  }
}

/** In the transmission phase of the disk's export. */
export async function openDisk(instance: FiredInstance, diskId: string): Promise<TestClient> {
  const { name, socket } = exportShape.parse(await instance.ask('POST', '/disks/export', { id: diskId }))
  const client = await TestClient.connect(socket, 3)
  const replies = await client.ask(7, Buffer.concat([u32(Buffer.byteLength(name)), Buffer.from(name), u16(0)]))
  if (replies.at(-1)?.type !== 1) throw new Error(`GO was refused: ${String(replies.at(-1)?.data)}`)
  return client
}

/** Sectors of a block show which write they are of. */
export function blockOf(number: number): Buffer {
  const block = Buffer.alloc(blockBytes)
  for (let at = 0; at < blockBytes; at += 4) block.writeUInt32BE(number, at)
  return block
}

/** The flag of a write that is durable when it is answered (NBD_CMD_FLAG_FUA). */
export const flushed = 1

async function diskWorker({ instance, cloud, told, over, round, failing }: Fire): Promise<void> {
  const client = await openDisk(instance, cloud.diskId).catch((cause: unknown) => {
    throw failing === true ? new Unanswered(`${cloud.diskId}: ${String(cause)}`) : cause
  })
  try {
    for (let count = 0; !over(); count += 1) {
      const block = randomBytes(1).readUInt8() % blocksOfDisk
      const written = secret('a block', blockOf(round * 100_000 + count + 1))
      await told.blocks.change(block.toString(), round * 100_000 + count + 1, async () => {
        const error = await client.write(block * blockBytes, written, flushed)
        if (error !== 0 && failing === true) throw new Unanswered(`block ${block}: NBD error ${error}`)
        if (error !== 0) told.surprises.push(`block ${block}: NBD error ${error}`)
      })
    }
  } finally {
    client.close()
  }
}
