import type { BenchCase } from '#bench/case.ts'
import { decrypt, encrypt, unwrapKey, wrapKey } from './encryption.ts'
import { getKey } from './get-key.ts'
import { listKeys } from './list-keys.ts'
import { signEs256, signPs256, signRs256, verifyEs256, verifyPs256, verifyRs256 } from './signatures.ts'
import { token } from './token.ts'

export const cases: readonly BenchCase[] = [
  getKey,
  wrapKey,
  unwrapKey,
  encrypt,
  decrypt,
  signRs256,
  signPs256,
  signEs256,
  verifyRs256,
  verifyPs256,
  verifyEs256,
  listKeys,
  token,
]
