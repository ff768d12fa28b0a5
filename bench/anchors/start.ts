import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { availableParallelism } from 'node:os'
import { createInterface } from 'node:readline'
import type { Reply } from '#bench/web.ts'
import type { WorkName } from './work.ts'

export interface Anchor {
  readonly pid: number
  readonly port: number
  stop(): void
}

export interface AnchorSettings {
  /** The instance's TLS folder: same certificate, same key. */
  readonly tlsFolder: string
  readonly answer: Reply
  readonly work: WorkName
  /** Of work on so many bytes. */
  readonly workBytes?: number | undefined
  /** Its own, there already. */
  readonly folder: string
  /** D: a row of each answer is stored. */
  readonly stores: boolean
}

/** What node:http writes by itself. */
const written = new Set(['date', 'connection', 'keep-alive', 'content-length', 'transfer-encoding'])

export async function startAnchor({ tlsFolder, answer, work, workBytes, folder, stores }: AnchorSettings): Promise<Anchor> {
  const { status, body } = answer
  const bodyFile = join(folder, 'answer')
  writeFileSync(bodyFile, body)
  const headers = Object.fromEntries(Object.entries(answer.headers).filter(([name]) => !written.has(name)))
  const settings = {
    certFile: join(tlsFolder, 'server.pem'),
    keyFile: join(tlsFolder, 'server.key'),
    answer: { status, headers, bodyFile },
    work,
    ...(workBytes !== undefined && { workBytes }),
    ...(stores && { storeIn: folder }),
  }
  const child = spawn(process.execPath, [join(import.meta.dirname, '..', 'programs', 'anchor.ts'), JSON.stringify(settings)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // The product's launcher sets the same (performance.md 5.2).
    env: { ...process.env, UV_THREADPOOL_SIZE: process.env['UV_THREADPOOL_SIZE'] ?? availableParallelism().toString() },
  })
  const port = await readyPort(child)
  return { pid: child.pid ?? 0, port, stop: () => void child.kill('SIGTERM') }
}

async function readyPort({ stdout }: ChildProcess & { readonly stdout: NonNullable<ChildProcess['stdout']> }): Promise<number> {
  for await (const line of createInterface(stdout)) {
    const port = /^ready (\d+)$/.exec(line)?.[1]
    if (port !== undefined) return Number(port)
  }
  throw new Error('an anchor did not start')
}
