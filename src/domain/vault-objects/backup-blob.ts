// The bytes of an object's backup (key-vault.md 6). Opaque to every client; opened by the installation that sealed it, however its vaults fare.
//   frame: u8 length ‖ `KeysteadBackupV1/{key|secret|certificate}` ‖ u8 version ‖ u32 term ‖ blind index (32) ‖ sealed body
//   body:  u32 length ‖ JSON ‖ for each version: u32 length ‖ material
// The blind index is made of what the backup belongs to (object type, tenant, subscription) and is bound into the body.
import { z } from 'zod'
import { compartmentOf, recordId, sealed, type Bytes, type CompartmentId, type RecordId } from '#model/brands.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Barrier } from '#ports/barrier.ts'
import type { Vault } from '#domain/resources/records.ts'
import { subscriptionOfArmId } from '#domain/resources/scopes.ts'
import { canonicalPath } from '#domain/records/family.ts'
import { travellingKinds } from '#domain/records/kinds.ts'

/** What a backup can be brought back into: any vault of the same tenant and subscription. */
export interface Belonging {
  readonly tenantId: string
  readonly subscriptionId: string
}

export interface BackedUp<T> {
  readonly belongsTo: Belonging
  readonly object: T
  /** In the order of the versions. */
  readonly materials: readonly SecretBytes[]
}

/** One kind's own frame. `member`: what the object is called inside. */
export interface BackupFormat<T> {
  readonly member: 'key' | 'secret' | 'certificate'
  readonly kind: keyof typeof travellingKinds
  readonly schema: z.ZodType<T>
}

/** Seals and opens the backups of one kind. */
export interface BackupBlobs<T> {
  /** The caller disposes of the materials. */
  seal(barrier: Barrier, installation: CompartmentId, backup: BackedUp<T>): Bytes
  /** `undefined` for whatever this installation did not seal, or for what was touched since. The caller disposes of the materials. */
  open(barrier: Barrier, installation: CompartmentId, blob: Bytes): BackedUp<T> | undefined
}

const formatVersion = 1
const indexBytes = 32

export function belongingOf(vault: Pick<Vault, 'tenantId' | 'scope'>): Belonging {
  const subscriptionId = subscriptionOfArmId(vault.scope.at(-1) ?? '')
  if (subscriptionId === undefined) throw new Error('a vault outside any subscription')
  return { tenantId: vault.tenantId, subscriptionId }
}

export const sameBelonging = (one: Belonging, other: Belonging): boolean =>
  one.tenantId === other.tenantId && one.subscriptionId === other.subscriptionId

interface Frame {
  readonly title: Bytes
  readonly kind: number
  /** The blind index is bound into what it is the index of: another object type opens nothing. */
  indexOf(barrier: Barrier, installation: CompartmentId, belongsTo: Belonging): RecordId
}

export function backupBlobs<T>({ member, kind, schema }: BackupFormat<T>): BackupBlobs<T> {
  const body = z.object({ tenantId: z.string(), subscriptionId: z.string(), [member]: schema })
  const frame: Frame = {
    title: new TextEncoder().encode(`KeysteadBackupV1/${member}`),
    kind: travellingKinds[kind],
    indexOf: (barrier, installation, { tenantId, subscriptionId }) =>
      barrier.index(installation, canonicalPath('record', `${member}Backup`, [tenantId, subscriptionId])),
  }
  return {
    seal(barrier, installation, { belongsTo, object, materials }) {
      using plain = new SecretBytes(pack(new TextEncoder().encode(JSON.stringify({ ...belongsTo, [member]: object })), materials))
      return sealFrame(frame, barrier, { id: frame.indexOf(barrier, installation, belongsTo), plain: plain.bytes })
    },
    open(barrier, installation, blob) {
      const opened = openFrame(frame, barrier, { installation, blob })
      if (opened === undefined) return undefined
      using plain = new SecretBytes(opened.plain)
      const unpacked = unpack(plain.bytes)
      const read = body.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(unpacked.json)))
      const belongsTo = belonging.parse(read)
      if (frame.indexOf(barrier, installation, belongsTo) !== opened.id) return undefined
      const materials = unpacked.materials.map(material => new SecretBytes(Uint8Array.from(material)))
      return { belongsTo, object: schema.parse(read[member]), materials }
    },
  }
}

const belonging = z.object({ tenantId: z.string(), subscriptionId: z.string() })

function sealFrame({ title, kind }: Frame, barrier: Barrier, what: { readonly id: RecordId; readonly plain: Bytes }): Bytes {
  const { term, body: box } = barrier.sealRecord({ id: what.id, kind, version: formatVersion }, what.plain)
  const termAt = 2 + title.length
  const blob = new Uint8Array(termAt + 4 + indexBytes + box.length)
  blob[0] = title.length
  blob.set(title, 1)
  blob[1 + title.length] = formatVersion
  new DataView(blob.buffer).setUint32(termAt, term)
  blob.set(Uint8Array.fromHex(what.id.slice(32)), termAt + 4)
  blob.set(box, termAt + 4 + indexBytes)
  return blob
}

function openFrame(
  { title, kind }: Frame,
  barrier: Barrier,
  { installation, blob }: { readonly installation: CompartmentId; readonly blob: Bytes },
): { readonly id: RecordId; readonly plain: Bytes } | undefined {
  const expected = Uint8Array.of(title.length, ...title, formatVersion)
  const indexAt = expected.length + 4
  const bodyAt = indexAt + indexBytes
  if (blob.length <= bodyAt || Buffer.compare(blob.subarray(0, expected.length), expected) !== 0) return undefined
  const id = recordId(installation, blob.subarray(indexAt, bodyAt).toHex())
  if (compartmentOf(id) !== installation) return undefined
  const term = new DataView(blob.buffer, blob.byteOffset).getUint32(expected.length)
  try {
    return {
      id,
      plain: barrier.openRecord({ id, kind, version: formatVersion }, { term, body: sealed(blob.subarray(bodyAt)) }),
    }
  } catch {
    // The barrier says only that it does not open: a touched bit, another installation's, a term that never was.
    return undefined
  }
}

function pack(json: Bytes, materials: readonly SecretBytes[]): Uint8Array {
  const parts = [json, ...materials.map(material => material.bytes)]
  const packed = new Uint8Array(parts.reduce((sum, part) => sum + 4 + part.length, 0))
  const view = new DataView(packed.buffer)
  let at = 0
  for (const part of parts) {
    view.setUint32(at, part.length)
    packed.set(part, at + 4)
    at += 4 + part.length
  }
  return packed
}

/** Of what was authenticated: parts are where they were put. */
function unpack(packed: Bytes): { readonly json: Bytes; readonly materials: readonly Bytes[] } {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.length)
  const parts: Bytes[] = []
  for (let at = 0; at < packed.length;) {
    const end = at + 4 + view.getUint32(at)
    parts.push(packed.subarray(at + 4, end))
    at = end
  }
  const [json, ...materials] = parts
  if (json === undefined) throw new Error('a backup without a body')
  return { json, materials }
}
