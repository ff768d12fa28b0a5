import assert from 'node:assert/strict'
import { openDatabase } from '#adapters/sqlite/open.ts'
import { openReader } from '#adapters/sqlite/reader.ts'
import { chained, genesis, openBatch } from '#domain/audit/batch.ts'
import { compartmentId, sealed } from '#model/brands.ts'

/** What store-writer.ts left is whole: no torn body, one entry a record, the chain unbroken. Answers the number of records. */
export function rowsAndChain(file: string): number {
  // The writer first, as a start does: it rolls back what a creation that was cut short left.
  openDatabase(file).close()
  using reader = openReader(file)
  const rows = reader.scan(30, { after: undefined, limit: 1_000_000 })
  for (const { body } of rows)
    assert(
      body.every(byte => byte === body[0]),
      'a torn body',
    )
  const plain = {
    openRecord: (_: unknown, stored: { readonly body: Uint8Array }) => stored.body,
    sealRecord: () => ({ term: 1, body: sealed(genesis) }),
  }
  let head = genesis
  let entries = 0
  for (const batch of reader.audit.batches(1, 0, 1_000_000)) {
    const opened = openBatch(plain, compartmentId('00'.repeat(16)), batch)
    head = chained(head, opened)
    assert.deepEqual(Buffer.from(head), Buffer.from(batch.hash))
    entries += opened.length
  }
  assert.equal(entries, rows.length, 'one entry a record')
  assert.equal(reader.head(), rows.length)
  return rows.length
}
