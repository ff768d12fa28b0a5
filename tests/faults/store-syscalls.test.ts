import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { rowsAndChain } from './store-checks.ts'

const strace = '/usr/bin/strace'
const missing = existsSync(strace) ? false : 'strace is not installed'
if (missing !== false && process.env['CI'] === 'true') throw new Error(missing)

/** One more than the other each time, as SQLite's own harness goes; all up to 200 on the way to a release (security-and-reliability.md 7.3, row 3). */
const most = Number(process.env['KEYSTEAD_FAULT_CALLS'] ?? '30')
const places = Array.from({ length: most }, (_, n) => n + 1).filter(n => most > 30 || n % 4 === 1)

interface Ended {
  readonly acknowledged: number
  readonly code: number | null
  readonly said: string
}

/** The writer, whose n-th call of that kind fails, until it ends by itself. */
async function failing(folder: string, inject: string): Promise<Ended> {
  const program = join(import.meta.dirname, 'store-writer.ts')
  const command = ['-f', '-qq', '-o', '/dev/null', '-e', `trace=${inject.split(':')[0] ?? ''}`, '-e', `inject=${inject}`]
  const child = spawn(strace, [...command, process.execPath, program, join(folder, 'keystead.db')], { stdio: ['ignore', 'pipe', 'pipe'] })
  const output = { told: '', said: '' }
  child.stdout.on('data', (chunk: Buffer) => (output.told += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output.said += chunk.toString()))
  await once(child, 'close')
  const lines = output.told.trimEnd().split('\n')
  return { acknowledged: output.told === '' ? -1 : Number(lines.at(-1)), code: child.exitCode, said: output.said }
}

describe('a system call that fails', { skip: missing }, () => {
  for (const [call, error, ending] of [
    ['fsync', 'EIO', /disk I\/O error|StoreFailed/],
    ['pwrite64', 'EIO', /disk I\/O error|StoreFailed/],
    ['pwrite64', 'ENOSPC', /reserved|full|disk I\/O error/],
  ] as const) {
    test(`${call} ${error}: the writer stops there, and what it acknowledged is there`, { timeout: 300_000 }, async () => {
      for (const n of places) {
        const folder = mkdtempSync(join(tmpdir(), 'keystead-syscall-'))
        try {
          const { acknowledged, code, said } = await failing(folder, `${call}:error=${error}:when=${n}`)
          assert.equal(code, 1, `${n}: ${said}`)
          assert.match(said, ending, `${n}: ${said}`)
          if (acknowledged >= 0) assert(rowsAndChain(join(folder, 'keystead.db')) > acknowledged, `${n}`)
        } finally {
          rmSync(folder, { recursive: true })
        }
      }
    })
  }
})
