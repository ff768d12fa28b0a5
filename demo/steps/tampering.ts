import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { expect } from '#demo/told.ts'
import { ranProgram, type Instance } from '#tests/clients/instance.ts'

export interface Tampering {
  readonly how: string
  /** Number of the row that `audit verify` named. */
  readonly firstBad: number
}

/** What somebody with a hand on the database file could do to batch `seq`. */
const tamperings: Readonly<Record<string, (db: DatabaseSync, seq: number) => void>> = {
  edited(db, seq) {
    const row = z.object({ body: z.instanceof(Uint8Array) }).parse(db.prepare('SELECT body FROM audit WHERE seq = ?').get(seq))
    const body = Buffer.from(row.body)
    body.writeUInt8(body.readUInt8(body.length - 1) ^ 1, body.length - 1)
    db.prepare('UPDATE audit SET body = ? WHERE seq = ?').run(body, seq)
  },
  removed(db, seq) {
    db.prepare('DELETE FROM audit WHERE seq = ?').run(seq)
  },
  reordered(db, seq) {
    const two = z.array(z.object({ seq: z.number(), body: z.instanceof(Uint8Array) }))
    const [first, second] = two.parse(db.prepare('SELECT seq, body FROM audit WHERE seq >= ? ORDER BY seq LIMIT 2').all(seq))
    if (first === undefined || second === undefined) throw new Error('two batches are needed')
    const put = db.prepare('UPDATE audit SET body = ? WHERE seq = ?')
    put.run(second.body, first.seq)
    put.run(first.body, second.seq)
  },
  'rolled back'(db, seq) {
    for (const table of ['audit', 'audit_log']) db.prepare(`DELETE FROM ${table} WHERE seq >= ?`).run(seq)
    db.exec('DELETE FROM checkpoint')
  },
}

/** On copies of the stopped instance's data: the verification of each must fail and name the first bad row. It runs again afterwards. */
export async function tamper(instance: Instance): Promise<readonly Tampering[]> {
  await instance.stop()
  const found: Tampering[] = []
  for (const [how, change] of Object.entries(tamperings)) {
    const copy = join(instance.dir, 'copy')
    cpSync(instance.data, copy, { recursive: true, filter: source => !source.endsWith('.sock') })
    const seq = changed(join(copy, 'keystead.db'), change)
    const { code, stdout } = await ranProgram(['audit', 'verify', '--json', '--data', copy], instance.dir)
    rmSync(copy, { recursive: true })
    expect(code === 1, `a row ${how}: audit verify exits ${code}`)
    const { firstBad } = z.looseObject({ firstBad: z.number() }).parse(JSON.parse(stdout))
    expect(firstBad === seq, `row ${seq} was ${how}, but ${firstBad} is named`)
    found.push({ how, firstBad })
  }
  await instance.start()
  return found
}

function changed(file: string, change: (db: DatabaseSync, seq: number) => void): number {
  const db = new DatabaseSync(file)
  const { seq } = z
    .object({ seq: z.number() })
    .parse(db.prepare('SELECT seq FROM audit ORDER BY seq LIMIT 1 OFFSET (SELECT count(*) / 2 FROM audit)').get())
  change(db, seq)
  db.close()
  return seq
}
