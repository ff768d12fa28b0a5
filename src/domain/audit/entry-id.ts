import { hash } from 'node:crypto'

/** Of which entry: one of a request, `place` 0 the request's own; `of`: the copy of another account, or what all copies share. */
export interface EntryPlace {
  readonly requestId: string
  readonly place: number
  readonly of?: string
}

/**
 * The id of an entry, known before the answer and found again from its row: a UUID of version 8 (RFC 9562 5.8) made of the request's id,
 * which is random, and the entry's place in it.
 */
export function entryId({ requestId, place, of = '' }: EntryPlace): string {
  const bytes = Buffer.from(hash('sha256', `keystead/entry\0${JSON.stringify([requestId, place, of])}`, 'hex').slice(0, 32), 'hex')
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
