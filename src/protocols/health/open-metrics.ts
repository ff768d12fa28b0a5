import {
  bucketsMs,
  type MeteredCommits,
  type MeteredDecisions,
  type MeteredOperation,
  type MeteredWork,
  type Timing,
} from '#domain/meter.ts'

export type Labels = Readonly<Record<string, string>>

/** One family of the exposition: its samples in base units, as OpenMetrics 1.0 names them. */
export interface MetricFamily {
  /** Without the prefix, and without the suffix that its type has. */
  readonly name: string
  readonly type: 'gauge' | 'counter' | 'info' | 'stateset' | 'histogram'
  readonly help: string
  readonly unit?: 'seconds' | 'bytes'
  readonly samples: readonly { readonly suffix?: string; readonly labels?: Labels; readonly value: number }[]
}

export const openMetricsType = 'application/openmetrics-text; version=1.0.0; charset=utf-8'

/** OpenMetrics 1.0 text: families one after another, each with its metadata first, and the end mark. */
export function openMetrics(families: readonly MetricFamily[], prefix = 'keystead_'): string {
  const lines = families.flatMap(({ name, type, help, unit, samples }) => {
    const full = name.startsWith('process_') ? name : `${prefix}${name}`
    return [
      `# TYPE ${full} ${type}`,
      ...(unit === undefined ? [] : [`# UNIT ${full} ${unit}`]),
      `# HELP ${full} ${escaped(help)}`,
      ...samples.map(({ suffix = '', labels = {}, value }) => `${full}${suffix}${labelText(labels)} ${numberText(value)}`),
    ]
  })
  return `${[...lines, '# EOF'].join('\n')}\n`
}

const escaped = (text: string): string =>
  text
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('"', String.raw`\"`)
const numberText = (value: number): string => (value === Number.POSITIVE_INFINITY ? '+Inf' : String(value))

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

/** What was asked and how long it took, by wire and operation. */
export function requestFamilies(metered: readonly MeteredOperation[]): readonly MetricFamily[] {
  const labelsOf = ({ plane, operation }: MeteredOperation): Labels => ({ protocol: plane, operation })
  return [
    {
      name: 'requests',
      type: 'counter',
      help: 'Requests and jobs that were answered.',
      samples: metered.flatMap(one =>
        [...one.outcomes].map(([outcome, value]) => ({ suffix: '_total', labels: { ...labelsOf(one), outcome }, value })),
      ),
    },
    {
      name: 'request_duration_seconds',
      type: 'histogram',
      unit: 'seconds',
      help: 'From the first byte of a request that was routed to its durable answer.',
      samples: metered.flatMap(one => histogramOf(one, labelsOf(one))),
    },
  ]
}

/** What rule books said, by wire. */
export const decisionFamily = (decisions: readonly MeteredDecisions[]): MetricFamily => ({
  name: 'decisions',
  type: 'counter',
  help: 'Requests and jobs by what the rule books said of them.',
  samples: decisions.flatMap(({ plane, allowed, denied }) => [
    { suffix: '_total', labels: { plane, result: 'allowed' }, value: allowed },
    { suffix: '_total', labels: { plane, result: 'denied' }, value: denied },
  ]),
})

/** What crypto modules did, and how long it took with its waiting. */
export function cryptoFamilies(work: readonly MeteredWork[]): readonly MetricFamily[] {
  const labelsOf = ({ module, algorithm, verb }: MeteredWork): Labels => ({ module, algorithm, verb })
  return [
    {
      name: 'crypto_operations',
      type: 'counter',
      help: 'Operations of crypto modules.',
      samples: work.map(one => ({ suffix: '_total', labels: labelsOf(one), value: countOf(one) })),
    },
    {
      name: 'crypto_duration_seconds',
      type: 'histogram',
      unit: 'seconds',
      help: 'From the call of a crypto module to its answer, waiting for a thread included.',
      samples: work.flatMap(one => histogramOf(one, labelsOf(one))),
    },
  ]
}

/** An entry of the audit is durable with the commit that it tells of: there is one duration. */
export const commitFamilies = (commits: MeteredCommits): readonly MetricFamily[] => [
  { name: 'audit_rows', type: 'counter', help: 'Entries of the audit.', samples: [{ suffix: '_total', value: commits.rows }] },
  {
    name: 'store_conflicts',
    type: 'counter',
    help: 'Commits whose ground had moved: the call ran again.',
    samples: [{ suffix: '_total', value: commits.conflicts }],
  },
  {
    name: 'store_commit_duration_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'From the handing over of a commit, its audit entries in it, to its being durable.',
    samples: histogramOf(commits, {}),
  },
]

const countOf = ({ buckets }: Timing): number => buckets.reduce((sum, count) => sum + count, 0)

function histogramOf({ buckets, sumMs }: Timing, labels: Labels) {
  let under = 0
  const ends = [...bucketsMs.map(ms => ms / 1_000), Number.POSITIVE_INFINITY]
  const cumulated = ends.map((end, at) => {
    under += buckets[at] ?? 0
    return { suffix: '_bucket', labels: { ...labels, le: end === Number.POSITIVE_INFINITY ? '+Inf' : String(end) }, value: under }
  })
  return [...cumulated, { suffix: '_count', labels, value: under }, { suffix: '_sum', labels, value: sumMs / 1_000 }]
}
