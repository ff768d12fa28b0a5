// What is in a backup: an archive (tar), compressed (zstd), encrypted to its recipients (age); the manifest is its last file.
import { z } from 'zod'

export const manifestName = 'manifest.json'

/** Nothing else is written by a restore, wherever a name would lead. */
export const backedUpName =
  /^(?:keystead\.db|audit\/checkpoint|tls\/[a-z0-9][a-z0-9.-]{0,60}|disks\/[0-9A-Za-z][0-9A-Za-z_-]{0,63}\/(?:\d{1,10}\.chunk|list)|objects\/[0-9a-f]{32}\/[0-9a-f]{32})$/

export const backupHead = z.object({
  format: z.literal(1),
  /** Of Keystead. */
  version: z.string(),
  clusterId: z.string(),
  createdAt: z.string(),
  records: z.number().int(),
  /** Batches of the audit that are signed, and the note that says so. */
  auditHead: z.object({ size: z.number().int(), checkpoint: z.string() }),
  disks: z.number().int(),
  objects: z.number().int(),
  /** Bytes that a record names and that were not there: what was deleted while the backup was taken, or is damaged. */
  leftOut: z.array(z.string()),
})
export type BackupHead = z.output<typeof backupHead>

export const backupManifest = backupHead.extend({
  files: z.array(z.object({ path: z.string(), size: z.number().int(), sha256: z.string() })),
})
export type BackupManifest = z.output<typeof backupManifest>

/** What the thread that writes is told, and what it tells. */
export const packingStart = z.object({
  folder: z.string(),
  files: z.array(z.string()),
  head: backupHead,
  recipients: z.array(z.string()),
  to: z.string(),
})
export type PackingStart = z.output<typeof packingStart>

export const packed = z.union([z.object({ bytes: z.number() }), z.object({ sha256: z.string(), size: z.number() })])
