// Builds native/keystead.c and native/token-host.c at install (design.md 7). Never fails an install: without the module Keystead falls back
// to node:crypto and @noble/curves, slower, and says so in one line here and in `keystead status`; without the host it reaches no tokens.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'

const root = join(import.meta.dirname, '..')
const headers = join(root, 'node_modules', 'node-api-headers', 'include')
const buildDir = join(root, 'native', 'build')
const hardened = ['-std=c11', '-O2', '-fstack-protector-strong', '-Wall', '-Wextra']

interface Target {
  readonly what: string
  readonly source: string
  readonly output: string
  readonly flags: readonly string[]
  /** Behind the source: where the system's loader and threads are libraries of their own. */
  readonly libraries: readonly string[]
  readonly without: string
}

/** EVP and Node-API symbols are the running node's: nothing is linked. */
const linkFlags: Readonly<Record<string, readonly string[]>> = {
  darwin: ['-bundle', '-undefined', 'dynamic_lookup'],
  linux: ['-shared', '-Wl,-z,relro', '-Wl,-z,noexecstack'],
}

const targets: readonly Target[] = [
  {
    what: 'native module',
    source: 'keystead.c',
    output: 'keystead.node',
    flags: ['-fPIC', '-fvisibility=hidden', `-I${headers}`, ...(linkFlags[process.platform] ?? [])],
    libraries: [],
    without: 'Keystead works without it, slower',
  },
  {
    what: 'token host',
    source: 'token-host.c',
    output: 'token-host',
    flags: process.platform === 'linux' ? ['-fPIE', '-pie', '-Wl,-z,relro', '-Wl,-z,now', '-Wl,-z,noexecstack'] : [],
    libraries: process.platform === 'linux' ? ['-ldl', '-lpthread'] : [],
    without: 'Keystead reaches no PKCS #11 tokens',
  },
]

function build(compiler: string, { source, flags, libraries }: Target, output: string): { readonly built: boolean; readonly why: string } {
  const words = [...hardened, ...flags, '-o', output, join(root, 'native', source), ...libraries]
  const run = spawnSync(compiler, words, { encoding: 'utf8', timeout: 120_000 })
  if (run.error) return { built: false, why: `${compiler} could not be started` }
  return { built: run.status === 0, why: `${compiler}: ${run.stderr.trim().split('\n')[0] ?? 'failed'}` }
}

function obstacle(): string | undefined {
  if (linkFlags[process.platform] === undefined) return `it is not built on ${process.platform}`
  if (!existsSync(headers)) return 'node-api-headers is not installed'
  return undefined
}

function install(target: Target): string {
  const blocked = obstacle()
  if (blocked !== undefined) return `not built (${blocked})`
  mkdirSync(buildDir, { recursive: true })
  const staged = join(buildDir, `${target.output}.${process.pid.toString()}.tmp`)
  const reasons: string[] = []
  for (const compiler of ['cc', 'gcc', 'clang']) {
    const { built, why } = build(compiler, target, staged)
    if (built) {
      // A running server keeps the file it has open: the new one takes the name, never the bytes.
      renameSync(staged, join(buildDir, target.output))
      return `built with ${compiler}`
    }
    reasons.push(why)
  }
  rmSync(staged, { force: true })
  return `not built (${reasons.join('; ')})`
}

for (const target of targets) {
  const outcome = install(target)
  console.log(`${target.what}: ${outcome}${outcome.startsWith('built') ? '' : `; ${target.without}`}`)
}
