// `audit verify --offline`: what was exported, by the signed checkpoint alone; no seal, no database, no instance.
import { createPublicKey, type KeyObject } from 'node:crypto'
import { z } from 'zod'
import { hashBytes, saltBytes, chainedHashes, entryHash } from './batch.ts'
import { type CheckpointText, openCheckpoint, verifierKey } from './checkpoint.ts'
import { chainStart } from './export.ts'
import { batchLeaf, grown, rootOf, treeFrom, type Tree } from './merkle.ts'
import { Tampered, type Finding } from './verdict.ts'

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`))
const count = z.number().int().nonnegative()
export const exportHeadSchema = z.object({
  format: z.literal(1),
  origin: z.string().regex(/^[^\s+]+$/),
  key: z.string(),
  checkpoint: z.string(),
  from: count,
  size: count,
  frontier: z.string().regex(/^(?:[0-9a-f]{64})*$/),
  nodes: z.record(z.string().regex(/^\d+$/), z.object({ next: count, hash: hex(hashBytes) })),
})
const batchSchema = z.strictObject({
  index: count,
  node: count,
  seq: count,
  count,
  at: count,
  hash: hex(hashBytes),
  entries: z.array(hex(hashBytes)),
})
const rowSchema = z.strictObject({ node: count, seq: count, salt: hex(saltBytes), row: z.string() })

export interface ExportedFiles {
  readonly head: z.output<typeof exportHeadSchema>
  /** Lines of JSON. */
  readonly batches: AsyncIterable<string>
  readonly rows: AsyncIterable<string>
  /** The verifier's key as somebody else told it, and a checkpoint that somebody kept. */
  readonly key?: string | undefined
  readonly since?: string | undefined
}

export type ExportVerdict =
  | {
      readonly verdict: 'intact'
      readonly rows: number
      readonly batches: number
      readonly from: number
      readonly size: number
      readonly key: string
    }
  | ({ readonly verdict: 'tampered' } & Finding)
  | { readonly verdict: 'unknown'; readonly because: string }

/** Never throws for what it finds. Rows are named by their number, the first that is changed, gone or elsewhere. */
export async function verifyExport(files: ExportedFiles): Promise<ExportVerdict> {
  try {
    return await verify(files)
  } catch (cause) {
    if (cause instanceof Tampered) return { verdict: 'tampered', ...cause.finding }
    return { verdict: 'unknown', because: cause instanceof Error ? cause.message : 'unknown' }
  }
}

async function verify({ head, batches, rows, key: told, since }: ExportedFiles): Promise<ExportVerdict> {
  if (told !== undefined && told.trim() !== head.key)
    throw new Tampered({ because: `it is signed by ${head.key}, not by the key that was given` })
  const key = keyOf(head)
  const signed = opened(key, { origin: head.origin, note: head.checkpoint, what: 'the checkpoint' })
  const kept = since === undefined ? undefined : opened(key, { origin: head.origin, note: since, what: 'the checkpoint given' })
  if (kept !== undefined && kept.size < head.from)
    return {
      verdict: 'unknown',
      because: `the checkpoint given covers ${kept.size} batches, the export begins after ${head.from}: export from further back`,
    }
  if (kept !== undefined && kept.size > signed.size)
    throw new Tampered({ because: `the checkpoint given covers ${kept.size} batches, the export ${signed.size}: it was cut, or is older` })
  const walk = startOf(head, rows)
  for await (const line of batches) {
    await walk.take(line, signed.size)
    compareKept(walk.tree(), kept)
  }
  await walk.end(signed)
  return { verdict: 'intact', rows: walk.rows(), batches: signed.size - head.from, from: head.from, size: signed.size, key: head.key }
}

const ed25519Spki = Buffer.from('302a300506032b6570032100', 'hex')

/** The key that the export names, checked to be the one that its own id says. */
function keyOf({ origin, key }: ExportedFiles['head']): KeyObject {
  // Base64 has plus signs of its own; the name and the id have none.
  const encoded = key.split('+').slice(2).join('+')
  const raw = Buffer.from(encoded, 'base64')
  if (raw.length !== 33 || raw[0] !== 1) throw new Error('the key is not one of a signed note, Ed25519')
  const publicKey = createPublicKey({ key: Buffer.concat([ed25519Spki, raw.subarray(1)]), format: 'der', type: 'spki' })
  if (verifierKey(publicKey, origin) !== key) throw new Tampered({ because: 'the key is not what its own id says' })
  return publicKey
}

interface Noted {
  readonly origin: string
  readonly note: string
  readonly what: string
}

function opened(key: KeyObject, { origin, note, what }: Noted): CheckpointText {
  const said = openCheckpoint(key, origin, note)
  if (said === undefined) throw new Tampered({ because: `${what} is not signed by the key of the export` })
  return said
}

function compareKept(tree: Tree, kept: CheckpointText | undefined): void {
  if (kept?.size !== tree.size || Buffer.compare(rootOf(tree), kept.root) === 0) return
  throw new Tampered({ firstBad: 1, because: `the checkpoint given signed other rows than the first ${kept.size} batches hold` })
}

interface Walk {
  take(line: string, size: number): Promise<void>
  /** Everything that was signed was there, and nothing besides. */
  end(signed: CheckpointText): Promise<void>
  tree(): Tree
  rows(): number
}

type Chain = { readonly next: number; readonly hash: string }

function startOf(head: ExportedFiles['head'], rows: AsyncIterable<string>): Walk {
  let tree = startTree(head)
  let taken = 0
  const chains = new Map<number, Chain>(Object.entries(head.nodes).map(([node, chain]) => [Number(node), chain]))
  const lines = rows[Symbol.asyncIterator]()
  /** Where the walk stands, for what is missing begins there. */
  let at = { node: Number(Object.keys(head.nodes)[0] ?? 1), next: Object.values(head.nodes)[0]?.next ?? 1 }
  return {
    async take(line, size) {
      const batch = parsedBatch(line, at)
      const chain = chains.get(batch.node) ?? chainStart
      const where = { node: batch.node, firstBad: chain.next }
      if (batch.index !== tree.size || batch.seq !== chain.next || batch.count !== batch.entries.length)
        throw new Tampered({ ...where, because: `batch ${batch.index} stands where batch ${tree.size} must be` })
      if (tree.size >= size) throw new Tampered({ ...where, because: 'there is more than was signed' })
      for (const [place, hash] of batch.entries.entries())
        checkRow(await nextLine(lines), { node: batch.node, seq: batch.seq + place, hash })
      const hash = chainedHashes(
        Uint8Array.fromHex(chain.hash),
        batch.entries.map(entry => Uint8Array.fromHex(entry)),
      )
      if (hash.toHex() !== batch.hash) throw new Tampered({ ...where, because: 'rows do not continue the chain of those before them' })
      tree = grown(tree, batchLeaf({ ...batch, hash, term: 0 }))
      at = { node: batch.node, next: batch.seq + batch.count }
      chains.set(batch.node, { next: at.next, hash: batch.hash })
      taken += batch.count
    },
    async end(signed) {
      const where = { node: at.node, firstBad: at.next }
      if (tree.size < signed.size)
        throw new Tampered({ ...where, because: `rows from here on are gone: ${signed.size - tree.size} batches` })
      if ((await nextLine(lines)) !== undefined) throw new Tampered({ ...where, because: 'there is more than was signed' })
      if (Buffer.compare(rootOf(tree), signed.root) !== 0)
        throw new Tampered({ ...firstRowOf(head), because: 'the rows are not those that were signed: they lead to another root' })
    },
    tree: () => tree,
    rows: () => taken,
  }
}

function startTree({ from, frontier }: ExportedFiles['head']): Tree {
  const tree = treeFrom(from, Uint8Array.fromHex(frontier))
  if (tree === undefined) throw new Tampered({ because: `the frontier is not of a tree over ${from} batches` })
  return tree
}

function firstRowOf({ nodes }: ExportedFiles['head']): { readonly node: number; readonly firstBad: number } {
  const [first] = Object.entries(nodes)
  return { node: Number(first?.[0] ?? 1), firstBad: first?.[1].next ?? 1 }
}

function parsedBatch(line: string, at: { readonly node: number; readonly next: number }): z.output<typeof batchSchema> {
  const batch = batchSchema.safeParse(jsonOf(line))
  if (!batch.success) throw new Tampered({ node: at.node, firstBad: at.next, because: 'a line of the batches is none' })
  return batch.data
}

interface Expected {
  readonly node: number
  readonly seq: number
  readonly hash: string
}

function checkRow(line: string | undefined, { node, seq, hash }: Expected): void {
  const where = { node, firstBad: seq }
  if (line === undefined) throw new Tampered({ ...where, because: 'the row is gone, and all after it' })
  const row = rowSchema.safeParse(jsonOf(line))
  if (!row.success) throw new Tampered({ ...where, because: 'the row is no row' })
  if (row.data.node !== node || row.data.seq !== seq)
    throw new Tampered({ ...where, because: `row ${row.data.seq} of node ${row.data.node} stands in its place` })
  const found = entryHash({ seq, salt: Uint8Array.fromHex(row.data.salt), text: row.data.row })
  if (found.toHex() !== hash) throw new Tampered({ ...where, because: 'the row was changed' })
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** Lines without anything in them are none. */
async function nextLine(lines: AsyncIterator<string>): Promise<string | undefined> {
  for (;;) {
    const next = await lines.next()
    if (next.done === true) return undefined
    if (next.value !== '') return next.value
  }
}
