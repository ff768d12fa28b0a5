import { stringBytesMax } from './wire.ts'

// What options carry, parsed strictly: lengths add up to the option's own, strings are UTF-8 without NUL and at most 4,096 bytes.

const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** `undefined`: not a string of the protocol. */
export function parseString(bytes: Uint8Array): string | undefined {
  if (bytes.length > stringBytesMax || bytes.includes(0)) return undefined
  try {
    return text.decode(bytes)
  } catch {
    return undefined
  }
}

/** A string with its length before it; `next` is where the rest begins. */
function parseCounted(data: Buffer, at: number): { readonly value: string; readonly next: number } | undefined {
  if (at + 4 > data.length) return undefined
  const next = at + 4 + data.readUInt32BE(at)
  if (next > data.length) return undefined
  const value = parseString(data.subarray(at + 4, next))
  return value === undefined ? undefined : { value, next }
}

export interface InfoRequest {
  readonly name: string
  readonly infos: readonly number[]
}

/** Data of NBD_OPT_INFO and NBD_OPT_GO; `undefined`: malformed. */
export function parseInfoRequest(data: Buffer): InfoRequest | undefined {
  const name = parseCounted(data, 0)
  if (name === undefined || name.next + 2 > data.length) return undefined
  const count = data.readUInt16BE(name.next)
  if (data.length !== name.next + 2 + count * 2) return undefined
  return { name: name.value, infos: Array.from({ length: count }, (_, index) => data.readUInt16BE(name.next + 2 + index * 2)) }
}

export interface MetaRequest {
  readonly name: string
  readonly queries: readonly string[]
}

/** Data of NBD_OPT_LIST_META_CONTEXT and NBD_OPT_SET_META_CONTEXT; `undefined`: malformed. */
export function parseMetaRequest(data: Buffer): MetaRequest | undefined {
  const name = parseCounted(data, 0)
  if (name === undefined || name.next + 4 > data.length) return undefined
  const count = data.readUInt32BE(name.next)
  const queries: string[] = []
  let at = name.next + 4
  while (queries.length < count) {
    const query = parseCounted(data, at)
    if (query === undefined) return undefined
    queries.push(query.value)
    at = query.next
  }
  return at === data.length ? { name: name.value, queries } : undefined
}
