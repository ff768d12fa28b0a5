// docs/benchmarks.json for scripts, docs/benchmarks.md for people: the same rows.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Row } from './case.ts'
import { project } from './instance.ts'
import type { Machine } from './machine.ts'
import { rounded } from './statistics.ts'

export interface Tables {
  /** Those with a goal. */
  readonly cases: readonly Row[]
  /** Told, not judged. */
  readonly observations: readonly Row[]
}

export function tablesOf(rows: readonly Row[]): Tables {
  const all = rows.map(roundedRow)
  return { cases: all.filter(row => row.goal !== undefined), observations: all.filter(row => row.goal === undefined) }
}

export function writeReport(machine: Machine, rows: readonly Row[]): void {
  const tables = tablesOf(rows)
  writeFileSync(join(project, 'docs', 'benchmarks.json'), `${JSON.stringify({ machine, ...tables }, undefined, 1)}\n`)
  writeFileSync(join(project, 'docs', 'benchmarks.md'), markdownOf(machine, tables))
}

const roundedRow = (row: Row): Row => ({
  ...row,
  ratio: rounded(row.ratio),
  rounds: row.rounds.map(rounded),
  figures: Object.fromEntries(Object.entries(row.figures ?? {}).map(([name, value]) => [name, rounded(value)])),
})

export function markdownOf(machine: Machine, { cases, observations }: Tables): string {
  const missed = cases.filter(row => row.ratio < (row.goal ?? 0)).length
  return [
    '# Benchmarks',
    '',
    'Made by `npm run bench`; `benchmarks.json` beside this holds the same rows with every round. All ratios are turned so that higher is better.',
    'A: bare node:https with the product’s TLS and the same answer. F: A and the operation’s one cryptographic call. D: F and a row of 430 bytes',
    'through the product’s writer. `cpu` compares microseconds of the whole server a request, `rate` requests a second, at 32 connections.',
    '',
    ...machineLines(machine),
    '',
    `**${cases.length - missed} of ${cases.length} goals met.**`,
    '',
    '| case | against | ratio | goal | | least–most (rounds) | figures | marks |',
    '|---|---|--:|--:|---|---|---|---|',
    ...cases.map(row => tableLine(row, [`${row.goal ?? ''}`, row.ratio >= (row.goal ?? 0) ? 'pass' : '**miss**'])),
    '',
    '## Told, not judged',
    '',
    '| case | against | ratio | least–most (rounds) | figures | marks |',
    '|---|---|--:|---|---|---|',
    ...observations.map(row => tableLine(row, [])),
    '',
  ].join('\n')
}

function machineLines(machine: Machine): readonly string[] {
  const { cpu, cores, flags, memoryGiB, kernel, governor, node, openssl, sqlite, commit, date, generator, cryptoThreads, settings } =
    machine
  return [
    `- ${cpu}, ${cores} cores (${flags.join(', ')}), ${memoryGiB} GiB, Linux ${kernel}, governor ${governor}`,
    `- Node ${node}, OpenSSL ${openssl}, SQLite ${sqlite}; UV_THREADPOOL_SIZE ${cryptoThreads}; ${settings}; load by ${generator}`,
    `- commit ${commit}, ${date}`,
    ...machine.disks.map(
      ({ path, fileSystem, fdatasyncP50, fdatasyncP99, commitP50, commitP99, durable }) =>
        `- ${path} (${fileSystem}): fdatasync ${fdatasyncP50} / ${fdatasyncP99} ms, one-row commit ${commitP50} / ${commitP99} ms (p50 / p99)${durable ? '' : '; no real durability here'}`,
    ),
  ]
}

function tableLine(row: Row, judged: readonly string[]): string {
  const figures = Object.entries(row.figures ?? {}).map(([name, value]) => `${name} ${value}`)
  const spread = `${Math.min(...row.rounds)}–${Math.max(...row.rounds)} (${row.rounds.length})`
  return `| ${[row.case, row.anchor, row.ratio.toString(), ...judged, spread, figures.join(', '), (row.marks ?? []).join(', ')].join(' | ')} |`
}
