import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { z } from 'zod'

const run = promisify(execFile)

export const patterns = {
  'sequential read 256K': { rw: 'read', bs: '256k' },
  'sequential write 256K': { rw: 'write', bs: '256k' },
  'random read 4K': { rw: 'randread', bs: '4k' },
  'random write 4K': { rw: 'randwrite', bs: '4k' },
} as const
export type PatternName = keyof typeof patterns

const side = z.object({ iops: z.number(), bw_bytes: z.number(), total_ios: z.number(), clat_ns: z.object({ mean: z.number() }) })
const output = z.object({ jobs: z.tuple([z.object({ error: z.literal(0), read: side, write: side })]) })

export interface FioResult {
  readonly iops: number
  readonly bytesPerSecond: number
  readonly operations: number
}

/** Queue depth 32 over one connection, for so many seconds (disk-encryption.md E.2). Rejects on any I/O error. */
export async function fio(
  uri: string,
  how: { readonly pattern: PatternName; readonly seconds: number; readonly mebibytes: number },
): Promise<FioResult> {
  const { rw, bs } = patterns[how.pattern]
  const fixed = ['--name=bench', '--ioengine=nbd', '--iodepth=32', '--time_based', '--output-format=json', '--randrepeat=0']
  const { stdout } = await run('fio', [
    ...fixed,
    `--uri=${uri}`,
    `--rw=${rw}`,
    `--bs=${bs}`,
    `--size=${how.mebibytes}m`,
    `--runtime=${how.seconds}`,
  ])
  // Some versions put a line of notes before the JSON.
  const { jobs } = output.parse(JSON.parse(stdout.slice(stdout.indexOf('{'))))
  const { iops, bw_bytes: bytesPerSecond, total_ios: operations } = jobs[0][rw.endsWith('read') ? 'read' : 'write']
  return { iops, bytesPerSecond, operations }
}

/** Every byte written once: reads find data, not holes. */
export async function fill(uri: string, mebibytes: number): Promise<void> {
  await run('fio', ['--name=fill', '--ioengine=nbd', `--uri=${uri}`, '--rw=write', '--bs=1m', '--iodepth=8', `--size=${mebibytes}m`])
}
