// Load from a process of its own: wrk where it is installed, else the Node client of programs/load-client.ts. Closed loop, keep-alive.
import { execFile } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'

const run = promisify(execFile)

export interface Load {
  /** For SNI; the connection goes to 127.0.0.1. */
  readonly host: string
  readonly port: number
  /** File of `requestsFile`: sent in turn, over and over. */
  readonly requestsFile: string
  /** Whom the generator trusts; wrk asks nobody. */
  readonly caFile: string
  /** Without TLS. */
  readonly plain?: true
  readonly connections: number
  readonly seconds: number
}

const loadResult = z.strictObject({
  requests: z.int(),
  microseconds: z.int(),
  bytes: z.int(),
  /** Connections, reads, writes, time-outs, and every status of 400 or more. */
  errors: z.int(),
  /** Latencies in microseconds. */
  p50: z.number(),
  p99: z.number(),
  p999: z.number(),
  /** Microseconds of the generator's own CPU. */
  clientCpu: z.number(),
})
export type LoadResult = Readonly<z.output<typeof loadResult>>

const wrkPath = (process.env['PATH'] ?? '')
  .split(':')
  .map(folder => join(folder, 'wrk'))
  .find(path => existsSync(path))

export const generatorName = wrkPath === undefined ? 'own client (bench/programs/load-client.ts)' : 'wrk'

/** Raw requests as both generators read them. */
export function requestsFile(path: string, requests: readonly Buffer[]): string {
  writeFileSync(path, Buffer.concat(requests.flatMap(request => [Buffer.from(`${request.length}\n`), request])))
  return path
}

export async function load(what: Load): Promise<LoadResult> {
  const { stdout } = wrkPath === undefined ? await ownClient(what) : await run(wrkPath, wrkArguments(what))
  const line = stdout.trimEnd().split('\n').at(-1) ?? ''
  return loadResult.parse(JSON.parse(line))
}

/** Open loop: sent at fixed times whatever comes back; latencies from the intended time, so that stalls show. */
export async function openLoad(what: Load & { readonly rate: number }): Promise<LoadResult> {
  const { stdout } = await ownClient(what)
  return loadResult.parse(JSON.parse(stdout))
}

const wrkArguments = ({ host, port, plain, requestsFile: file, connections, seconds }: Load): string[] => [
  '-t1',
  `-c${connections}`,
  `-d${seconds}s`,
  '--timeout',
  '10s',
  '-s',
  join(import.meta.dirname, 'wrk.lua'),
  `${plain === true ? 'http' : 'https'}://${host}:${port}/`,
  '--',
  file,
]

const ownClient = async (what: Load & { readonly rate?: number }) =>
  run(process.execPath, [join(import.meta.dirname, 'programs', 'load-client.ts'), JSON.stringify(what)])
