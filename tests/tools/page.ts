// docs/clients/*.md: what a client was asked, how it ended and what it called, written from a run; every later run is held to it.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { Instance, Ran } from '#tests/clients/instance.ts'
import { withoutSections, withSectionsOf } from './page-sections.ts'

/** `docs/clients` */
export const folder = join(import.meta.dirname, '..', '..', 'docs', 'clients')

const rowShape = z.looseObject({
  at: z.iso.datetime(),
  operation: z.string(),
  plane: z.string().optional(),
  userAgent: z.string().optional(),
  result: z.looseObject({ http: z.number(), code: z.string().optional() }),
})
export const rowsShape = z.looseObject({ rows: z.array(rowShape) })
type Row = z.output<typeof rowShape>

export interface Page {
  /** What follows belongs below a heading. */
  section(title: string): void
  /** Runs it and notes it: what was typed, how it ended, the calls that the instance answered meanwhile. */
  told<T>(command: string, done: () => Promise<T>, how?: { readonly outcome?: (result: T) => string; readonly calls?: Calls }): Promise<T>
  /** The same of a program that somebody runs: it succeeds, or fails with the refusal that is expected, and for no other reason. */
  ran(command: string, run: () => Promise<Ran>, expected: Expected): Promise<Ran>
  /** Compares commands and outcomes with the page that is committed; `CLIENT_PAGES=write` writes it instead. */
  settle(): Promise<void>
}

interface Expected {
  readonly by?: string
  readonly refusal?: RegExp
  /** Where somebody else calls meanwhile. */
  readonly calls?: Calls
}

interface Heading {
  readonly file: string
  readonly title: string
  readonly lead: string
  /** Texts of this run alone, to what stands for them. */
  readonly masks: readonly (readonly [text: string | undefined, word: string])[]
  /** A client that calls several at once calls them in an order of its own. */
  readonly calls?: Calls
  /** Sections of the page that other runs write. */
  readonly besides?: readonly string[]
}

type Calls = 'in order' | 'as a set'

interface Entry {
  readonly command: string
  readonly outcome: string
  readonly from: number
  readonly to: number
  readonly calls: Calls | undefined
}

export function clientPage(instance: Instance, heading: Heading): Page {
  const lines: (Entry | string)[] = []
  const since = Date.now()
  let unfinished = 0
  const page: Page = {
    section: title => lines.push(title),
    async told(command, done, { outcome = () => '✓', calls } = {}) {
      const from = Date.now()
      unfinished++
      const result = await done()
      unfinished--
      lines.push({ command, outcome: outcome(result), from, to: Date.now(), calls })
      return result
    },
    async ran(command, run, { by, refusal, calls }) {
      const told = async (): Promise<Ran> => {
        const answer = await run()
        assert.equal(answer.code === 0, refusal === undefined, `${command}: exit ${answer.code}\n${answer.stderr}`)
        if (refusal !== undefined) assert.match(answer.stderr, refusal)
        return answer
      }
      const who = by === undefined ? '' : ` as ${by}`
      const outcome = ({ stderr }: Ran): string => (refusal === undefined ? '✓' : `✗ ${refusal.exec(stderr)?.[0]}`) + who
      return page.told(command, told, { outcome, ...(calls !== undefined && { calls }) })
    },
    async settle() {
      // What failed is told by its test.
      if (unfinished > 0) return
      const minutes = Math.ceil((Date.now() - since) / 60_000) + 1
      const { rows } = rowsShape.parse(await instance.ask('audit', 'query', '--since', `${minutes}m`))
      settlePage(heading, pageOf(heading, lines, rows))
    },
  }
  return page
}

function settlePage({ file, title, besides = [] }: Heading, text: string): void {
  const path = join(folder, file)
  if (process.env['CLIENT_PAGES'] === 'write') {
    mkdirSync(dirname(path), { recursive: true })
    const others = besides.length > 0 && existsSync(path) ? readFileSync(path, 'utf8') : ''
    writeFileSync(path, withSectionsOf(text, others, besides))
  }
  const committed = readFileSync(path, 'utf8')
  assert.equal(
    withoutCalls(text),
    withoutCalls(withoutSections(committed, besides)),
    `docs/clients/${file} does not tell this run of ${title}: CLIENT_PAGES=write writes it`,
  )
}

/** Commands and outcomes are what a run is held to. How often a client looks again, and at what, is a matter of its clock: the calls are those of the run that wrote the page. */
export const withoutCalls = (page: string): string => page.replaceAll(/^(\| .*\|)[^|\n]*\|$/gm, '$1')

function pageOf(heading: Heading, lines: readonly (Entry | string)[], rows: readonly Row[]): string {
  const table = ['', '| Command | Outcome | What the instance was asked |', '|---|---|---|']
  const body = lines.flatMap(line =>
    typeof line === 'string'
      ? ['', `## ${line}`, ...table]
      : [`| \`${cell(line.command)}\` | ${line.outcome} | ${callsOf(heading, line, rows)} |`],
  )
  const first = typeof lines[0] === 'string' ? [] : table
  return `${masked(heading, [`# ${heading.title}`, '', heading.lead, ...first, ...body].join('\n'))}\n`
}

const cell = (text: string): string => text.replaceAll('|', String.raw`\|`).replaceAll('\n', ' ')

/** What the instance does for itself, whenever it comes to it. */
const ownPlanes: ReadonlySet<string | undefined> = new Set(['admin', 'instance', 'system'])

/** Each operation with its status, repetitions (polling) once. */
function callsOf(heading: Heading, { from, to, calls = heading.calls ?? 'in order' }: Entry, rows: readonly Row[]): string {
  const during = rows.filter(({ at, plane }) => {
    const time = Date.parse(at)
    return time >= from && time <= to && !ownPlanes.has(plane)
  })
  const words = during.map(({ operation, result }) => `${operation} ${result.http}`)
  const told = calls === 'as a set' ? [...new Set(words)].toSorted() : words.filter((word, index) => word !== words[index - 1])
  return told.length === 0 ? '–' : told.join(' · ')
}

function masked({ masks }: Heading, text: string): string {
  let page = text
  for (const [value, word] of masks) if (value !== undefined && value !== '') page = page.replaceAll(value, word)
  return page
    .replaceAll(/\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b/g, 'ID')
    .replaceAll(/\b[\da-f]{32}\b/g, 'VERSION')
    .replaceAll(/\b[\w+-]{60,}={0,2}/g, 'VALUE')
}
