import type { DatabaseSync } from 'node:sqlite'
import { type Bytes, millis } from '#model/brands.ts'
import type { StoredEffect } from '#ports/record-store.ts'
import { toSealed } from './blobs.ts'
import { command, query } from './statements.ts'

export interface LeaseTables {
  /** `now` is the database's: the writer's own clock. */
  lease(
    name: string,
    want: { readonly holder: number; readonly holdMs: number; readonly now: number },
  ): { readonly epoch: number } | undefined
  takeEffects(topic: string, options: { readonly now: number; readonly limit: number; readonly holdMs: number }): readonly StoredEffect[]
  settleEffect(...ids: string[]): void
}

type EffectCells = readonly [id: string, topic: string, dueAt: number | null, attempts: number, body: Bytes]

export function leaseTables(db: DatabaseSync): LeaseTables {
  // A lapsed lease gets a new epoch even for its last holder: what a paused process wrote meanwhile must not count (3.6).
  const take = query<readonly [number]>(
    db,
    `INSERT INTO lease(name, holder, epoch, until) VALUES (?1, ?2, 1, ?3 + ?4)
     ON CONFLICT(name) DO UPDATE SET epoch = CASE WHEN until < ?3 THEN epoch + 1 ELSE epoch END, holder = ?2, until = ?3 + ?4
       WHERE until < ?3 OR holder = ?2
     RETURNING epoch`,
  )
  const free = query<EffectCells>(
    db,
    `SELECT id, topic, due_at, attempts + 1, body FROM outbox
     WHERE topic = ? AND held_until <= ?2 AND (due_at IS NULL OR due_at <= ?2) ORDER BY n LIMIT ?3`,
  )
  const hold = command(db, 'UPDATE outbox SET held_until = ?, attempts = attempts + 1 WHERE id = ?')
  const settle = command(db, 'DELETE FROM outbox WHERE id = ?')
  return {
    lease(name, { holder, holdMs, now }) {
      const row = take.one(name, holder, now, holdMs)
      return row === undefined ? undefined : { epoch: row[0] }
    },
    takeEffects(topic, { now, limit, holdMs }) {
      const taken = free.all(topic, now, limit).map(toEffect)
      for (const { id } of taken) hold(now + holdMs, id)
      return taken
    },
    settleEffect(...ids) {
      for (const id of ids) settle(id)
    },
  }
}

function toEffect([id, topic, dueAt, attempts, body]: EffectCells): StoredEffect {
  const effect = { id, topic, attempts, body: toSealed(body) }
  return dueAt === null ? effect : { ...effect, dueAt: millis(dueAt) }
}
