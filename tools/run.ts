import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const binaries = join(import.meta.dirname, '..', 'node_modules', '.bin')

/** Runs one step in the project's root with its own tools first on the path; ends the process where it fails. */
export function step(title: string, command: readonly [string, ...string[]]): void {
  const [program, ...words] = command
  const started = performance.now()
  console.log(`── ${title}`)
  const done = spawnSync(program, words, { stdio: 'inherit', env: { ...process.env, PATH: `${binaries}:${process.env['PATH'] ?? ''}` } })
  const seconds = ((performance.now() - started) / 1_000).toFixed(1)
  if (done.status !== 0) {
    console.log(`✗ ${title} (${seconds} s)`)
    process.exit(done.status ?? 1)
  }
  console.log(`✓ ${title} (${seconds} s)`)
}
