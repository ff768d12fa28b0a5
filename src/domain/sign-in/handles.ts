import { timingSafeEqual } from 'node:crypto'
import type { Needs } from '#domain/context.ts'
import { compartmentOfGuid } from '#domain/instance.ts'

/** What a code, a refresh token or a session cookie leads to. */
export interface Handle {
  readonly tenantId: string
  /** 32 hex digits, random. */
  readonly id: string
  /** Which of a family. */
  readonly generation: number
}

type HandleKind = 'code' | 'refresh' | 'session'

const places = { format: 0, tenant: 1, id: 17, generation: 33, mark: 37, end: 69 } as const
const format = 1

/** The opaque text that a client holds: tenant, 128 random bits and a mark under the tenant's key. Nothing at rest can be shown in its place. */
export function sealHandle(context: Needs<'ground'>, kind: HandleKind, handle: Handle): string {
  const bytes = Buffer.alloc(places.end)
  bytes[places.format] = format
  bytes.set(Buffer.from(handle.tenantId.replaceAll('-', ''), 'hex'), places.tenant)
  bytes.set(Buffer.from(handle.id, 'hex'), places.id)
  bytes.writeUInt32BE(handle.generation, places.generation)
  bytes.set(markOf(context, kind, handle), places.mark)
  return bytes.toString('base64url')
}

/** `undefined` for what was not given out as this kind by this instance. */
export function openHandle(context: Needs<'ground'>, kind: HandleKind, text: string): Handle | undefined {
  if (!/^[A-Za-z0-9_-]{92}$/.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64url')
  if (bytes[places.format] !== format || bytes.toString('base64url') !== text) return undefined
  const handle = {
    tenantId: guidOf(bytes.toString('hex', places.tenant, places.id)),
    id: bytes.toString('hex', places.id, places.generation),
    generation: bytes.readUInt32BE(places.generation),
  }
  if (!context.ground.barrier.has(compartmentOfGuid(handle.tenantId))) return undefined
  return timingSafeEqual(bytes.subarray(places.mark), markOf(context, kind, handle)) ? handle : undefined
}

/** No record, collection or tag has a path that begins so: a mark is never an index. */
function markOf({ ground }: Needs<'ground'>, kind: HandleKind, { tenantId, id, generation }: Handle): Buffer {
  const marked = ground.barrier.index(compartmentOfGuid(tenantId), JSON.stringify(['handle', kind, id, generation]))
  return Buffer.from(marked.slice(-64), 'hex')
}

const guidOf = (hex: string): string => [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
