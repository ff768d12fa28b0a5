import { bucketsMs, type MeteredOperation } from '#domain/meter.ts'

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

function histogramOf({ buckets, sumMs }: MeteredOperation, labels: Labels) {
  let under = 0
  const ends = [...bucketsMs.map(ms => ms / 1_000), Number.POSITIVE_INFINITY]
  const cumulated = ends.map((end, at) => {
    under += buckets[at] ?? 0
    return { suffix: '_bucket', labels: { ...labels, le: end === Number.POSITIVE_INFINITY ? '+Inf' : String(end) }, value: under }
  })
  return [...cumulated, { suffix: '_count', labels, value: under }, { suffix: '_sum', labels, value: sumMs / 1_000 }]
}
