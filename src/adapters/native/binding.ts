import { existsSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import type { Bytes } from '#model/brands.ts'

/** An opened cipher or key: an object that only the module can look into. */
type Opened = object

/** Numbers of native/keystead.c. */
export const paddings = { pkcs1: 0, oaep: 1, pss: 2 } as const
export const forms = { mlDsa: 0, mlDsaMu: 1, ed25519ph: 2 } as const
export const hashBits = { none: 0, sha1: 160, sha256: 256, sha384: 384, sha512: 512 } as const

/** `inline`: the answer itself instead of a promise. */
type Answer<T> = T | Promise<T>

/** What native/keystead.c exports; its comments say what each does. `undefined`: failed, for whatever cause. */
export interface Binding {
  openSectors(key: Bytes): Opened
  cipherSectors(opened: Opened, encrypt: boolean, firstSector: number, inPlace: Bytes): void
  closeSectors(opened: Opened): void
  openKey(pkcs8: Bytes): Opened
  closeKey(opened: Opened): void
  rsaDecrypt(opened: Opened, value: Bytes, padding: number, hashBits: number, inline: boolean): Answer<Bytes | undefined>
  rsaSign(opened: Opened, value: Bytes, padding: number, hashBits: number, inline: boolean): Answer<Bytes | undefined>
  ecSign(opened: Opened, digest: Bytes, inline: boolean): Answer<Bytes | undefined>
  ecVerify(opened: Opened, digest: Bytes, signature: Bytes, inline: boolean): Answer<boolean>
}

/** Absent in a module that was built before it had them. They throw with an errno in `code`. */
export interface FilesBinding {
  readSectors(opened: Opened, fd: number, position: number, firstSector: number, into: Bytes): void
  writeSectors(opened: Opened, fd: number, position: number, firstSector: number, inPlace: Bytes): void
  sendRoom(fd: number, bytes: number): void
}

export const doesFiles = (binding: object): binding is FilesBinding =>
  ['readSectors', 'writeSectors', 'sendRoom'].every(name => typeof Reflect.get(binding, name) === 'function')

/** Absent in a module that was built before it had them: the substitute does that work then, and the module all other. */
export interface MessageBinding {
  messageSign(pkcs8: Bytes, form: number, message: Bytes, context: Bytes, inline: boolean): Answer<Bytes | undefined>
  messageVerify(pkcs8: Bytes, form: number, message: Bytes, context: Bytes, signature: Bytes, inline: boolean): Answer<boolean>
}

/** Absent in a module that was built before it had it. */
export interface Rc2Binding {
  rc2Decrypt(key: Uint8Array, iv: Uint8Array, ciphertext: Uint8Array): Bytes | undefined
}

/** Absent in a module that was built before it had them. */
export interface BytesBinding {
  openBoxes(key: Bytes): Opened
  deriveBoxes(key: Bytes, salt: Bytes, info: Bytes): Opened
  sealBox(opened: Opened, nonce: Bytes, bound: Bytes, from: Bytes, into: Bytes): void
  openBox(opened: Opened, nonce: Bytes, bound: Bytes, from: Bytes, into: Bytes): boolean
  closeBoxes(opened: Opened): void
  carryCrc(name: number, register: Bytes, bytes: Bytes, folding: boolean): void
}

export const doesBytes = (binding: object): binding is BytesBinding =>
  ['openBoxes', 'deriveBoxes', 'sealBox', 'openBox', 'closeBoxes', 'carryCrc'].every(
    name => typeof Reflect.get(binding, name) === 'function',
  )

/** Absent in a module that was built before it had them. */
export interface KeyedBinding {
  openMac(key: Bytes): Opened
  mac(opened: Opened, message: Bytes, into: Bytes): void
  sealDerived(opened: Opened, label: Bytes, context: Bytes, plaintext: Bytes, box: Bytes): void
  openDerived(opened: Opened, label: Bytes, context: Bytes, box: Bytes, into: Bytes): boolean
}

export const doesKeyed = (binding: object): binding is KeyedBinding =>
  ['openMac', 'mac', 'sealDerived', 'openDerived'].every(name => typeof Reflect.get(binding, name) === 'function')

export const readsRc2 = (binding: object): binding is Rc2Binding => typeof Reflect.get(binding, 'rc2Decrypt') === 'function'

export const signsMessages = (binding: object): binding is MessageBinding =>
  ['messageSign', 'messageVerify'].every(name => typeof Reflect.get(binding, name) === 'function')

const builtFile = join(import.meta.dirname, '../../../native/build/keystead.node')
const functionNames = [
  'openSectors',
  'cipherSectors',
  'closeSectors',
  'openKey',
  'closeKey',
  'rsaDecrypt',
  'rsaSign',
  'ecSign',
  'ecVerify',
] as const satisfies readonly (keyof Binding)[]

const isBinding = (exports: object): exports is Binding => functionNames.every(name => typeof Reflect.get(exports, name) === 'function')

/** Loads the built module, or says why not. */
export function loadBinding(file = builtFile): { readonly binding: Binding } | { readonly reason: string } {
  if (!existsSync(file)) return { reason: 'the native module is not built (npm run install, with a C compiler)' }
  const loaded: { readonly exports: object } = { exports: {} }
  try {
    process.dlopen(loaded, file)
  } catch (error) {
    return { reason: `the native module does not load: ${error instanceof Error ? error.message : 'unknown error'}` }
  }
  if (!isBinding(loaded.exports)) return { reason: 'the native module is of another version (npm run install)' }
  return { binding: loaded.exports }
}
