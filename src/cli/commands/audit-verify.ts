import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { ask, dataDirOf, isRunning } from '#cli/admin.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { CommandFailed, exits, print, printJson } from '#cli/output.ts'
import { stoppedAt } from '#cli/seal-proof.ts'
import type { StoppedAt } from '#compose/stopped.ts'
import { text, type Run } from '#cli/command.ts'

const exitOf: Readonly<Record<string, number>> = { intact: exits.good, tampered: exits.bad }

/** Exit codes of security-and-reliability.md 4.4: 0 intact, 1 tampered, 2 cannot tell. */
export const run: Run = async ({ options }) => {
  const offline = text(options['offline'])
  if (offline !== undefined) return verifyOffline(offline, options)
  const data = text(options['data'])
  const dataDir = dataDirOf(data === undefined ? {} : { data })
  const records = options['records'] !== false
  const verdict = (await isRunning(dataDir))
    ? await ask(dataDir, { method: 'POST', path: '/audit/verify', body: { records } })
    : await verifyStopped(await stoppedAt(dataDir, options), records)
  const word = textOf(memberOf(verdict, 'verdict'))
  if (options['json'] === true) printJson(verdict)
  else print(sentenceOf(word, verdict))
  return exitOf[word] ?? exits.unknown
}

/** Of an export, with nothing but its files and what the auditor was told: no seal, no instance. */
async function verifyOffline(folder: string, options: Readonly<Record<string, unknown>>): Promise<number> {
  const { verifyExported } = await import('#compose/audit-export.ts')
  const verdict = await verifyExported(resolve(folder), {
    key: fileOf('--key', options['key']),
    since: fileOf('--since', options['since']),
  })
  if (options['json'] === true) printJson(verdict)
  else if (verdict.verdict === 'intact')
    print(`✓ intact: ${verdict.rows} rows, batches ${verdict.from} to ${verdict.size}, signed by ${verdict.key}`)
  else print(sentenceOf(verdict.verdict, verdict))
  return exitOf[verdict.verdict] ?? exits.unknown
}

function fileOf(option: string, value: unknown): string | undefined {
  const path = text(value)
  if (path === undefined) return undefined
  try {
    return readFileSync(path, 'utf8')
  } catch {
    throw new CommandFailed({ exit: exits.usage, code: 'Usage', message: `${option} ${path} cannot be read.` })
  }
}

/** Names the first that is wrong: a row of the audit, or a record and the row that wrote it last. */
function sentenceOf(word: string, verdict: unknown): string {
  const [rows, firstBad, record, because] = ['rows', 'firstBad', 'record', 'because'].map(name => textOf(memberOf(verdict, name)))
  if (word === 'intact') return `✓ intact: ${rows} rows`
  if (word !== 'tampered') return `✗ cannot tell: ${because}`
  if (record !== '') return `✗ record ${record}${firstBad === '' ? '' : ` (row ${firstBad})`}: ${because}`
  return firstBad === '' ? `✗ ${because}` : `✗ row ${firstBad}: ${because}`
}

async function verifyStopped(at: StoppedAt, records: boolean): Promise<unknown> {
  try {
    const { openStopped } = await import('#compose/stopped.ts')
    await using stopped = await openStopped(at)
    return await stopped.audit.verify({ records })
  } catch (error) {
    return { verdict: 'unknown', because: error instanceof Error ? error.message : 'the data directory does not open' }
  }
}
