// Builds native/keystead.c at install (design.md 7). Never fails an install: without the module Keystead falls back to
// node:crypto and @noble/curves, slower, and says so in one line here and in `keystead status`.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'

const root = join(import.meta.dirname, '..')
const source = join(root, 'native', 'keystead.c')
const headers = join(root, 'node_modules', 'node-api-headers', 'include')
const buildDir = join(root, 'native', 'build')

/** EVP and Node-API symbols are the running node's: nothing is linked. */
const linkFlags: Readonly<Record<string, readonly string[]>> = {
  darwin: ['-bundle', '-undefined', 'dynamic_lookup'],
  linux: ['-shared', '-Wl,-z,relro', '-Wl,-z,noexecstack'],
}

function build(compiler: string, output: string): { readonly built: boolean; readonly why: string } {
  const flags = ['-std=c11', '-O2', '-fPIC', '-fvisibility=hidden', '-fstack-protector-strong', '-Wall', '-Wextra', `-I${headers}`]
  const link = linkFlags[process.platform] ?? []
  const run = spawnSync(compiler, [...flags, ...link, '-o', output, source], { encoding: 'utf8', timeout: 120_000 })
  if (run.error) return { built: false, why: `${compiler} could not be started` }
  return { built: run.status === 0, why: `${compiler}: ${run.stderr.trim().split('\n')[0] ?? 'failed'}` }
}

function obstacle(): string | undefined {
  if (linkFlags[process.platform] === undefined) return `it is not built on ${process.platform}`
  if (!existsSync(headers)) return 'node-api-headers is not installed'
  return undefined
}

function install(): string {
  const blocked = obstacle()
  if (blocked !== undefined) return `not built (${blocked})`
  mkdirSync(buildDir, { recursive: true })
  const staged = join(buildDir, `keystead.${process.pid.toString()}.tmp`)
  const reasons: string[] = []
  for (const compiler of ['cc', 'gcc', 'clang']) {
    const { built, why } = build(compiler, staged)
    if (built) {
      // A running server keeps the file it has open: the new one takes the name, never the bytes.
      renameSync(staged, join(buildDir, 'keystead.node'))
      return `built with ${compiler}`
    }
    reasons.push(why)
  }
  rmSync(staged, { force: true })
  return `not built (${reasons.join('; ')})`
}

const outcome = install()
const consequence = outcome.startsWith('built') ? '' : '; Keystead works without it, slower'
console.log(`native module: ${outcome}${consequence}`)
