import { ask } from '#cli/admin.ts'
import { listOf, memberOf, textOf } from '#cli/json-value.ts'
import { CommandFailed } from '#cli/output.ts'
import { stoppedAt } from '#cli/seal-proof.ts'
import { openedStopped } from '#cli/stopped.ts'
import { type Check, well, wrong } from './check.ts'

export interface DeepAt {
  readonly dataDir: string
  readonly running: boolean
  readonly options: Readonly<Record<string, unknown>>
}

const backup = 'keystead restore FILE --into DIR, from a backup of before'

/** Reads everything: every record and every key opens, the audit is the one that was signed, every chunk and object is whole. */
export async function deepChecks(at: DeepAt): Promise<readonly Check[]> {
  return at.running ? deepOf(runningReads(at.dataDir)) : stoppedChecks(at)
}

interface Reads {
  verify(): Promise<unknown>
  bytes(): Promise<unknown>
}

const runningReads = (dataDir: string): Reads => ({
  verify: async () => ask(dataDir, { method: 'POST', path: '/audit/verify', body: { records: true } }),
  bytes: async () => ask(dataDir, { method: 'POST', path: '/bytes/check' }),
})

async function stoppedChecks({ dataDir, options }: DeepAt): Promise<readonly Check[]> {
  try {
    await using stopped = await openedStopped(await stoppedAt(dataDir, options), 'keystead doctor --deep')
    return await deepOf({ verify: async () => stopped.audit.verify({ records: true }), bytes: async () => stopped.checkBytes() })
  } catch (error) {
    if (!(error instanceof CommandFailed)) return [wrong('Deep', error instanceof Error ? error.message : 'it does not open', backup)]
    return [wrong('Deep', `${error.failure.message} Nothing could be looked at.`, error.failure.next?.[0] ?? backup)]
  }
}

async function deepOf(reads: Reads): Promise<readonly Check[]> {
  return [auditCheck(await reads.verify()), await bytesCheck(reads)]
}

function auditCheck(verdict: unknown): Check {
  const [word, rows, records, firstBad, record, because] = ['verdict', 'rows', 'records', 'firstBad', 'record', 'because'].map(name =>
    textOf(memberOf(verdict, name)),
  )
  if (word === 'intact') return well('Records', `${records} records open, ${rows} rows of the audit are intact`)
  const where = [firstBad === '' ? '' : `row ${firstBad}`, record === '' ? '' : `record ${record}`].filter(text => text !== '').join(', ')
  const next = word === 'tampered' ? 'keystead audit export --to evidence, then keystead help audit-tampered' : 'keystead audit verify'
  return wrong('Records', `${where === '' ? '' : `${where}: `}${because}`, next)
}

/** What the records say is read first: without them nobody knows which bytes there must be. */
async function bytesCheck(reads: Reads): Promise<Check> {
  try {
    const report = await reads.bytes()
    const [chunks, disks, objects, found] = ['chunks', 'disks', 'objects', 'found'].map(name => Number(memberOf(report, name)))
    if (found === 0) return well('Bytes', `${chunks} chunks of ${disks} disks and the bytes of ${objects} objects are whole`)
    const [first] = listOf(memberOf(report, 'findings'))
    return wrong('Bytes', `${found} wrong; the first: ${textOf(memberOf(first, 'what'))}: ${textOf(memberOf(first, 'because'))}`, backup)
  } catch (error) {
    return wrong('Bytes', error instanceof Error ? error.message : 'they do not read', backup)
  }
}
