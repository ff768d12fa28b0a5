import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { mkdir, open, readdir, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { exportHeadSchema, verifyExport, type ExportVerdict } from '#domain/audit/verify-export.ts'

/** Whoever has the log: a running instance, or a directory that is opened for looking. */
export interface ExportSource {
  head(since: number | undefined): Promise<unknown>
  page(range: { readonly from: number; readonly size: number }): Promise<unknown>
}

export interface Exported {
  readonly rows: number
  readonly batches: number
  /** As the auditor is to be told by another way than with the files. */
  readonly key: string
  readonly checkpoint: string
}

/** What is in the folder. */
const files = { head: 'head.json', key: 'key', checkpoint: 'checkpoint', batches: 'batches.jsonl', rows: 'rows.jsonl' } as const
const pageSchema = z.object({ batches: z.array(z.unknown()).min(1), rows: z.array(z.unknown()) })

export class FolderTaken extends Error {}

/** Writes rows, batches, checkpoint and public key into a folder that is not there yet, or is empty. `onRows` hears how far it is. */
export async function exportAuditTo(
  folder: string,
  {
    source,
    since,
    onRows,
  }: { readonly source: ExportSource; readonly since: number | undefined; readonly onRows: (count: number) => void },
): Promise<Exported> {
  // Rows name people and resources.
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if ((await readdir(folder)).length > 0) throw new FolderTaken(`${folder} is not empty`)
  const head = exportHeadSchema.parse(await source.head(since))
  let written = 0
  await using batches = await open(join(folder, files.batches), 'wx', 0o600)
  await using rows = await open(join(folder, files.rows), 'wx', 0o600)
  for (let from = head.from; from < head.size;) {
    const page = pageSchema.parse(await source.page({ from, size: head.size }))
    await appendLines(batches, page.batches)
    await appendLines(rows, page.rows)
    from += page.batches.length
    written += page.rows.length
    onRows(written)
  }
  await wholeFile(join(folder, files.key), `${head.key}\n`)
  await wholeFile(join(folder, files.checkpoint), head.checkpoint)
  // Last: a folder without it is an export that did not end.
  await wholeFile(join(folder, files.head), `${JSON.stringify(head, undefined, 2)}\n`)
  return { rows: written, batches: head.size - head.from, key: head.key, checkpoint: head.checkpoint }
}

const appendLines = async (file: FileHandle, values: readonly unknown[]): Promise<void> =>
  file.writeFile(values.map(value => `${JSON.stringify(value)}\n`).join(''))

async function wholeFile(path: string, text: string): Promise<void> {
  await using file = await open(path, 'wx', 0o600)
  await file.writeFile(text)
  await file.sync()
}

export interface OfflineTold {
  /** What the auditor was told by another way: a verifier's key, a checkpoint kept from before. */
  readonly key?: string | undefined
  readonly since?: string | undefined
}

/** Exit codes of `audit verify`: intact, tampered, or unknown where the folder is no whole export. */
export async function verifyExported(folder: string, told: OfflineTold): Promise<ExportVerdict> {
  const missing = Object.values(files).find(name => !existsSync(join(folder, name)))
  if (missing !== undefined) return { verdict: 'unknown', because: `${join(folder, missing)} is not there` }
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
  const head = exportHeadSchema.safeParse(jsonOrNothing(read(files.head)))
  if (!head.success) return { verdict: 'unknown', because: `${join(folder, files.head)} is not of an export that this version knows` }
  // What stands beside it for people and other tools must say the same.
  if (read(files.key).trim() !== head.data.key) return { verdict: 'tampered', because: 'the file key names another key than head.json' }
  if (read(files.checkpoint) !== head.data.checkpoint)
    return { verdict: 'tampered', because: 'the file checkpoint is another than in head.json' }
  return verifyExport({
    head: head.data,
    batches: linesOf(join(folder, files.batches)),
    rows: linesOf(join(folder, files.rows)),
    ...told,
    since: wholeNote(told.since),
  })
}

/** Files that went through editors and mails end in more or fewer line feeds than the note. */
const wholeNote = (note: string | undefined): string | undefined => (note === undefined ? undefined : `${note.trimEnd()}\n`)

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const linesOf = (path: string): AsyncIterable<string> => createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity })
