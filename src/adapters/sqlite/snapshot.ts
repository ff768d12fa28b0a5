import { backup } from 'node:sqlite'
import { openDatabase } from './open.ts'
import { query } from './statements.ts'

/** Pages that are copied before others have their turn. */
const pagesAtOnce = 512

/** A copy of the database as it is at one moment of the call, while others write on; answers how many records are in it. */
export async function copySnapshot(from: string, to: string): Promise<number> {
  const source = openDatabase(from, { readOnly: true })
  try {
    // The first read holds the moment: the copying goes on inside of it, and nobody's writing begins it anew.
    source.exec('BEGIN')
    const records = query<readonly [number]>(source, 'SELECT count(*) FROM record').one()?.[0] ?? 0
    await backup(source, to, { rate: pagesAtOnce })
    return records
  } finally {
    source.close()
  }
}
