import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import { below, pick } from './seeded.ts'

/**
 * What a flipped bit in a column may come to. `sealed`: nothing opens, or `audit verify` names it, or the start is refused.
 * `hint`: whoever acts on it trusts only the opened body (ports/record-store.ts), so nothing need name it.
 */
export type Standing = 'sealed' | 'hint'

/** Every column there is: a new one is classed here, or the test of this table fails. */
export const standings: Readonly<Record<string, Standing>> = {
  'meta.name': 'hint',
  'meta.value': 'sealed',
  // The seal's own parameters: a key file has none.
  'seal_envelope.seal_id': 'hint',
  'seal_envelope.kind': 'sealed',
  'seal_envelope.params': 'hint',
  'seal_envelope.root_epoch': 'sealed',
  'seal_envelope.wrapped': 'sealed',
  'compartment_key.compartment': 'sealed',
  'compartment_key.term': 'sealed',
  // Which of several terms seals anew: one alone is the primary whatever stands there.
  'compartment_key.state': 'hint',
  'compartment_key.root_epoch': 'sealed',
  'compartment_key.wrapped': 'sealed',
  'compartment_key.index_key': 'sealed',
  'record.id': 'sealed',
  'record.kind': 'sealed',
  'record.version': 'sealed',
  'record.term': 'sealed',
  'record.ord': 'hint',
  'record.parent': 'hint',
  'record.tags': 'hint',
  'record.due_at': 'hint',
  'record.body': 'sealed',
  'member.collection': 'hint',
  'member.ord': 'hint',
  'member.kind': 'hint',
  'member.id': 'hint',
  'material.id': 'sealed',
  'material.key_version': 'sealed',
  'material.term': 'sealed',
  'material.wrapped': 'sealed',
  'feed_head.one': 'hint',
  'feed_head.seq': 'hint',
  'feed.seq': 'hint',
  'feed.n': 'hint',
  'feed.mutation': 'hint',
  'feed.id': 'hint',
  'feed.kind': 'hint',
  'feed.version': 'hint',
  'feed.ruling': 'hint',
  'audit.node': 'sealed',
  'audit.seq': 'sealed',
  'audit.count': 'sealed',
  'audit.at': 'sealed',
  'audit.term': 'sealed',
  'audit.hash': 'sealed',
  'audit.body': 'sealed',
  'audit_log.idx': 'sealed',
  'audit_log.node': 'sealed',
  'audit_log.seq': 'sealed',
  'audit_log.leaf': 'sealed',
  // The note says its size itself, and the frontier is only believed where its root is the signed one.
  'checkpoint.size': 'hint',
  'checkpoint.note': 'sealed',
  'checkpoint.frontier': 'hint',
  'outbox.n': 'hint',
  'outbox.id': 'hint',
  'outbox.mutation': 'hint',
  'outbox.topic': 'hint',
  'outbox.due_at': 'hint',
  'outbox.attempts': 'hint',
  'outbox.held_until': 'hint',
  'outbox.body': 'hint',
  'lease.name': 'hint',
  'lease.holder': 'hint',
  'lease.epoch': 'hint',
  'lease.until': 'hint',
}

/** As the database itself lists them; the scratch that grows the log is none. */
export function columnsOf(path: string): readonly string[] {
  using db = new DatabaseSync(path, { readOnly: true })
  const rows = db.prepare(
    "SELECT t.name || '.' || c.name AS name FROM pragma_table_list t, pragma_table_info(t.name) c WHERE t.type = 'table'",
  )
  return rows
    .all()
    .map(({ name }) => String(name))
    .filter(name => !name.startsWith('sqlite_'))
}

export interface Flip {
  readonly column: string
  /** Of the row that was changed, hex of its first key column where that is bytes. */
  readonly key: string
  readonly bit: string
}

/** One bit of one value of that column, in a row picked at random; `undefined` where no row has a value, or where the table's own keys refuse. */
export function flipIn(path: string, column: string, random: () => number): Flip | undefined {
  const [table = '', name = ''] = column.split('.')
  using db = new DatabaseSync(path)
  db.exec('PRAGMA ignore_check_constraints = ON; PRAGMA synchronous = OFF')
  const keys = db
    .prepare('SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk')
    .all(table)
    .map(row => String(row['name']))
  const select = db.prepare(`SELECT ${keys.join(', ')}, ${name} AS flipped FROM ${table} WHERE ${name} IS NOT NULL AND ${name} <> ''`)
  select.setReadBigInts(true)
  const rows = select.all()
  if (rows.length === 0) return undefined
  const row = pick(random, rows)
  const { value, bit } = flipped(row['flipped'] ?? null, random)
  try {
    const where = keys.map(key => `${key} IS ?`).join(' AND ')
    const changed = db.prepare(`UPDATE ${table} SET ${name} = ? WHERE ${where}`).run(value, ...keys.map(key => row[key] ?? null))
    if (changed.changes !== 1n && changed.changes !== 1) return undefined
  } catch {
    return undefined
  }
  const [first = ''] = keys
  return { column, key: text(row[first]), bit }
}

const text = (value: SQLOutputValue | undefined): string =>
  value instanceof Uint8Array ? value.toHex() : typeof value === 'object' || value === undefined ? '' : value.toString()

function flipped(value: SQLOutputValue, random: () => number): { readonly value: SQLOutputValue; readonly bit: string } {
  if (typeof value === 'bigint') {
    const bit = below(random, 48)
    return { value: value ^ (1n << BigInt(bit)), bit: bit.toString() }
  }
  const bytes = value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(String(value), 'latin1')
  const at = placeIn(bytes.length, random)
  // Text stays text: its high bit would make it other characters when it is read as UTF-8.
  const bit = below(random, value instanceof Uint8Array ? 8 : 7)
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)
  return { value: value instanceof Uint8Array ? bytes : bytes.toString('latin1'), bit: `${at}.${bit}` }
}

/** Format ‖ salt ‖ IV ‖ … ‖ tag: each part of a sealed body as often as the long one in the middle. */
function placeIn(length: number, random: () => number): number {
  const [from, to] = pick(random, [
    [0, 1],
    [1, 33],
    [33, 45],
    [45, length - 16],
    [length - 16, length],
  ] as const)
  return from >= 0 && to <= length && from < to ? from + below(random, to - from) : below(random, length)
}
