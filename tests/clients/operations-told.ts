// docs/clients/aws.md, the sections of JavaScript: what each operation was answered with, as the client took it and as the instance recorded it.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KMSClient } from '@aws-sdk/client-kms'
import { z } from 'zod'
import { folder, rowsShape, withoutCalls } from '#tests/tools/page.ts'
import { sectionOf, withoutSections, withSectionsOf } from '#tests/tools/page-sections.ts'
import type { Instance } from './instance.ts'

/** By the files that write them. */
export const javaScriptSections = {
  'sdk-kms.test.ts': 'JavaScript',
  'sdk-custody.test.ts': 'JavaScript: grants, material of one’s own, several Regions, key stores',
  'sdk-volumes.test.ts': 'JavaScript: volumes',
} as const
type File = keyof typeof javaScriptSections

const path = join(folder, 'aws.md')
const packages = { 'sdk-kms.test.ts': 'client-kms', 'sdk-custody.test.ts': 'client-kms', 'sdk-volumes.test.ts': 'client-ec2' } as const
const clientOf = (file: File): string => join(import.meta.dirname, '..', '..', 'node_modules', '@aws-sdk', packages[file], 'package.json')

const success = '✓'

export interface Told {
  /** Notes how every call of this client ends. */
  listen(kms: KMSClient): void
  /** Notes how one call ends, by the name of its command. */
  through<T>(command: string | undefined, call: () => Promise<T>): Promise<T>
  /** Holds the section to this run; `CLIENT_PAGES=write` writes it. */
  settle(instance: Instance): Promise<void>
}

export function operationsTold(file: File): Told {
  const outcomes = new Map<string, Set<string>>()
  const since = Date.now()
  const note = (command: string | undefined, outcome: string): void => {
    const name = (command ?? '').replace(/Command$/, '')
    outcomes.set(name, (outcomes.get(name) ?? new Set()).add(outcome))
  }
  async function through<T>(command: string | undefined, call: () => Promise<T>): Promise<T> {
    try {
      const result = await call()
      note(command, success)
      return result
    } catch (error) {
      note(command, `✗ ${error instanceof Error ? error.name : 'what is no error'}`)
      throw error
    }
  }
  return {
    through,
    listen(kms) {
      kms.middlewareStack.add(
        (next, { commandName }) =>
          async args =>
            through(commandName, async () => next(args)),
        { step: 'initialize' },
      )
    },
    async settle(instance) {
      const minutes = Math.ceil((Date.now() - since) / 60_000) + 1
      const { rows } = rowsShape.parse(await instance.ask('audit', 'query', '--since', `${minutes}m`))
      const statuses = (name: string): string =>
        [...new Set(rows.filter(({ operation }) => operation === name).map(({ result }) => `${name} ${result.http}`))]
          .toSorted()
          .join(' · ')
      const told = [...outcomes].toSorted(([one], [other]) => (one < other ? -1 : 1))
      const lines = told.map(([name, ends]) => `| \`${name}\` | ${[...ends].toSorted(successFirst).join(' · ')} | ${statuses(name)} |`)
      settleSection(file, lines)
    },
  }
}

const successFirst = (one: string, other: string): number => Number(one !== success) - Number(other !== success) || (one < other ? -1 : 1)

function settleSection(file: File, lines: readonly string[]): void {
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(clientOf(file), 'utf8')))
  const title = javaScriptSections[file]
  const text = [
    `## ${title}`,
    '',
    `@aws-sdk/${packages[file]} ${version}, \`tests/clients/${file}\`.`,
    '',
    '| Operation | Outcome | What the instance was asked |',
    '|---|---|---|',
    ...lines,
  ].join('\n')
  if (process.env['CLIENT_PAGES'] === 'write') {
    const [page, titles] = [readFileSync(path, 'utf8'), Object.values(javaScriptSections)]
    writeFileSync(path, withSectionsOf(withoutSections(page, titles), withSectionsOf(page, `\n${text}`, [title]), titles))
  }
  const committed = sectionOf(readFileSync(path, 'utf8'), title)
  assert.equal(
    withoutCalls(`## ${committed.trimEnd()}`),
    withoutCalls(text),
    `docs/clients/aws.md does not tell this run of ${file}: CLIENT_PAGES=write writes it`,
  )
}

/** Operations of the key service that the page says were answered to JavaScript. */
export function answeredOnPage(): readonly string[] {
  const page = readFileSync(path, 'utf8')
  const titles = [javaScriptSections['sdk-kms.test.ts'], javaScriptSections['sdk-custody.test.ts']]
  const sections = titles.map(title => sectionOf(page, title))
  return [...new Set(sections.flatMap(text => [...text.matchAll(/^\| `(\w+)` \| ✓/gm)].flatMap(([, name]) => name ?? [])))].toSorted()
}
