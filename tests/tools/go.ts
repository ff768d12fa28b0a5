// The Go programs of tests/tools/go, built from the modules that .ci/clients brought: nothing is fetched here.
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { clientFolder, findProgram } from './programs.ts'

/** Where it was built, or `undefined` where Go or a module is missing. */
export function goProgram(name: 'client' | 'seal' | 'aws'): string | undefined {
  const go = findProgram('go', ['version'])
  if (go === undefined) return undefined
  const folder = clientFolder('go-programs')
  mkdirSync(folder, { recursive: true })
  const built = join(folder, name)
  const env = { ...process.env, GOFLAGS: '-mod=readonly', GOPROXY: 'off', GOWORK: 'off', GOTOOLCHAIN: 'local' }
  const { status } = spawnSync(go, ['build', '-o', built, `./${name}`], { cwd: join(import.meta.dirname, 'go'), env, timeout: 300_000 })
  return status === 0 ? built : undefined
}
