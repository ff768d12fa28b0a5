// RC2 (RFC 2268) in CBC, to read alone: OpenSSL 3 keeps it in its legacy provider, which node:crypto has not loaded, and the service
// still opens the PKCS #12 files that Windows and OpenSSL 1 wrote with it (RFC 7292 appendix C). Nothing is ever encrypted with it here.
import type { Bytes } from '#model/brands.ts'
import { loadBinding, readsRc2 } from './binding.ts'

export interface Rc2 {
  /** `key`: 5 or 16 bytes, all of whose bits count. `undefined`: no whole blocks, or no padding where it should be. The caller zeroes what comes. */
  decrypt(key: Uint8Array, iv: Uint8Array, ciphertext: Uint8Array): Bytes | undefined
}

/** `undefined` without the native module. */
export function openRc2(file?: string): Rc2 | undefined {
  const loaded = loadBinding(file)
  if ('reason' in loaded || !readsRc2(loaded.binding)) return undefined
  const { binding } = loaded
  return { decrypt: (key, iv, ciphertext) => binding.rc2Decrypt(key, iv, ciphertext) }
}
