import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { builtHost } from '#adapters/pkcs11/token-host.ts'

const modules = ['/usr/lib/softhsm/libsofthsm2.so', '/usr/lib64/pkcs11/libsofthsm2.so', '/opt/homebrew/lib/softhsm/libsofthsm2.so']
/** SoftHSM2's module, where its package puts it. */
export const softHsmModule = modules.find(existsSync)

const missing = softHsmModule === undefined ? 'SoftHSM2 is missing: apt-get install softhsm2' : 'native/build/token-host is not built'
/** For tests that need a token: why they are left out, `false` where they run. */
export const noSoftHsm = (softHsmModule !== undefined && existsSync(builtHost)) || process.env['CI'] === 'true' ? false : missing

export interface SoftHsm extends Disposable {
  readonly module: string
  readonly folder: string
  /** What says where its tokens are. */
  readonly surroundings: { readonly SOFTHSM2_CONF: string }
  /** From now on it is this one that programs started by this process find. */
  enter(): void
  /** Makes a token, as docs/how-to/hsm.md has it. */
  newToken(label: string, pin: string): void
  /** Takes all tokens out, or puts them back. */
  pullOut(): void
  putBack(): void
}

/** Tokens of a test's own, in a folder that goes with them. */
export function softHsm(): SoftHsm {
  const folder = mkdtempSync(join(tmpdir(), 'keystead-softhsm-'))
  const [tokens, drawer] = [join(folder, 'tokens'), join(folder, 'drawer')]
  mkdirSync(tokens)
  const configuration = join(folder, 'softhsm2.conf')
  writeFileSync(configuration, `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`)
  const surroundings = { SOFTHSM2_CONF: configuration }
  return {
    module: softHsmModule ?? '',
    folder,
    surroundings,
    enter: () => void Object.assign(process.env, surroundings),
    newToken(label, pin) {
      const words = ['--init-token', '--free', '--label', label, '--so-pin', `${pin}-so`, '--pin', pin]
      const { status, stderr } = spawnSync('softhsm2-util', words, { encoding: 'utf8', env: { ...process.env, ...surroundings } })
      if (status !== 0) throw new Error(`softhsm2-util: ${stderr}`)
    },
    pullOut() {
      renameSync(tokens, drawer)
      mkdirSync(tokens)
    },
    putBack() {
      rmSync(tokens, { recursive: true })
      renameSync(drawer, tokens)
    },
    [Symbol.dispose]() {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
