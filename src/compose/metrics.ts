import { X509Certificate } from 'node:crypto'
import { readdirSync, readFileSync, statfsSync, statSync } from 'node:fs'
import process from 'node:process'
import { lifeStates, type LifeState } from '#domain/seal/states.ts'
import { commitFamilies, cryptoFamilies, decisionFamily, requestFamilies, type MetricFamily } from '#protocols/health/open-metrics.ts'
import { filesOf } from './data-directory.ts'
import type { World } from './world.ts'

export interface Measured {
  readonly world: World
  readonly proxyCounts: () => { readonly served: number; readonly refused: number }
  readonly parserRefusals: () => number
  /** None while the instance is sealed. */
  readonly openExports: () => number
  /** PEM of the certificate that clients are shown; absent while there is none. */
  readonly certificateFile: () => string | undefined
}

/** What a scrape is told (people.md 8): states, counts, sizes. No name of a customer's, of a vault, a key or a principal. */
export function metricsOf({ world, proxyCounts, parserRefusals, openExports, certificateFile }: Measured): readonly MetricFamily[] {
  const { life, meter, config, native } = world
  const proxy = proxyCounts()
  const disk = statfsSync(config.dataDir)
  const expiry = expiryOf(certificateFile())
  return [
    {
      name: 'build',
      type: 'info',
      help: 'What runs.',
      samples: [
        {
          suffix: '_info',
          labels: {
            version: world.version,
            node: process.versions.node,
            openssl: process.versions.openssl,
            module: `software-${native.backend}`,
          },
          value: 1,
        },
      ],
    },
    { name: 'state', type: 'stateset', help: 'State of this node.', samples: lifeStates.map(state => stateSample(state, life.state())) },
    ...requestFamilies(meter.read()),
    decisionFamily(meter.readDecisions()),
    ...cryptoFamilies(meter.readWork()),
    ...commitFamilies(meter.readCommits()),
    gauge('audit_checkpoint_age_seconds', 'Since the log was last signed: seconds, where there was something to sign.', {
      value: (world.clock.now() - signedAt(world)) / 1_000,
      unit: 'seconds',
    }),
    gauge('disk_open_exports', 'Disks that are served, each with its data key in memory.', { value: openExports() }),
    gauge('store_free_bytes', 'Free space where the data directory is.', { value: disk.bavail * disk.bsize, unit: 'bytes' }),
    {
      name: 'proxy_tunnels',
      type: 'counter',
      help: 'Tunnels of the loopback proxy.',
      samples: Object.entries(proxy).map(([result, value]) => ({ suffix: '_total', labels: { result }, value })),
    },
    counter('http_parser_refusals', 'What was no HTTP and never became a request.', parserRefusals()),
    ...(expiry === undefined
      ? []
      : [gauge('certificate_expiry_timestamp_seconds', 'When the listener’s certificate runs out.', { value: expiry, unit: 'seconds' })]),
    ...ofProcess(),
  ]
}

/** Since the start where nothing was signed yet. */
const signedAt = ({ config, started }: World): number =>
  statSync(filesOf(config.dataDir).checkpoint, { throwIfNoEntry: false })?.mtimeMs ?? started

const stateSample = (state: LifeState, now: string) => ({ labels: { keystead_state: state }, value: state === now ? 1 : 0 })

const gauge = (
  name: string,
  help: string,
  { value, unit }: { readonly value: number; readonly unit?: 'seconds' | 'bytes' },
): MetricFamily => ({
  name,
  type: 'gauge',
  help,
  ...(unit !== undefined && { unit }),
  samples: [{ value }],
})

const counter = (name: string, help: string, value: number): MetricFamily => ({
  name,
  type: 'counter',
  help,
  samples: [{ suffix: '_total', value }],
})

function expiryOf(file: string | undefined): number | undefined {
  if (file === undefined) return undefined
  try {
    return new X509Certificate(readFileSync(file)).validToDate.getTime() / 1_000
  } catch {
    return undefined
  }
}

/** As prometheus.io names them for every process. */
function ofProcess(): readonly MetricFamily[] {
  const { user, system } = process.cpuUsage()
  const open = openFiles()
  return [
    { ...counter('process_cpu_seconds', 'CPU time, of all threads.', (user + system) / 1_000_000), unit: 'seconds' },
    gauge('process_resident_memory_bytes', 'Resident memory.', { value: process.memoryUsage.rss(), unit: 'bytes' }),
    gauge('process_uptime_seconds', 'How long it runs.', { value: process.uptime(), unit: 'seconds' }),
    ...(open === undefined ? [] : [gauge('process_open_fds', 'Open file descriptors.', { value: open })]),
  ]
}

/** Where the system tells. */
function openFiles(): number | undefined {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return undefined
  }
}
