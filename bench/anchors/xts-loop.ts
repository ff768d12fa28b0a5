import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { project } from '#bench/instance.ts'

/** Bytes a second of a bare loop over units of so many bytes, in place over `bytes`, for so many milliseconds. */
export type BareLoop = (
  encrypt: boolean,
  unitBytes: number,
  ...over: readonly [bytes: Uint8Array, milliseconds: number, tweaks: boolean]
) => number

const isLoop = (exported: unknown): exported is BareLoop => typeof exported === 'function'

/** Compiled with the flags of the product's own module (tools/build-native.ts); throws where there is no compiler. */
export function buildBareLoop(folder: string): BareLoop {
  const file = join(folder, 'xts-loop.node')
  const headers = join(project, 'node_modules', 'node-api-headers', 'include')
  const source = join(import.meta.dirname, 'xts-loop.c')
  const link = process.platform === 'darwin' ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared']
  execFileSync('cc', ['-std=gnu11', '-O2', '-fPIC', `-I${headers}`, ...link, '-o', file, source], { stdio: 'inherit' })
  const loaded: { readonly exports: object } = { exports: {} }
  process.dlopen(loaded, file)
  const loop: unknown = Reflect.get(loaded.exports, 'loop')
  if (!isLoop(loop)) throw new Error('the bare loop did not load')
  return loop
}
