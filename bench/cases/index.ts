import type { BenchCase } from '#bench/case.ts'
import { accountDecisions } from './account-decisions.ts'
import {
  accountDataKey,
  accountDecrypt,
  accountDescribe,
  accountEncrypt,
  accountListKeys,
  accountMac,
  accountReEncrypt,
  accountSignEc,
  accountSignRsa,
} from './account-keys.ts'
import { decrypt, encrypt, unwrapKey, wrapKey } from './encryption.ts'
import type { MeasuredRequest } from '#bench/request-case.ts'
import { certificates } from './certificates.ts'
import { connectionCounts } from './connections.ts'
import { decisions } from './decisions.ts'
import { assumeRole } from './assume-role.ts'
import { getKey } from './get-key.ts'
import { growth } from './growth.ts'
import { latency } from './latency.ts'
import { listKeys } from './list-keys.ts'
import { signEs256, signPs256, signRs256, verifyEs256, verifyPs256, verifyRs256 } from './signatures.ts'
import { mixedLoad } from './mixed-load.ts'
import { nbd } from './nbd.ts'
import { objects } from './objects.ts'
import { peers } from './peers.ts'
import { requestSignatures } from './request-signatures.ts'
import { rewrap } from './rewrap.ts'
import { getSecret, listSecrets, setSecret } from './secrets.ts'
import { startUp } from './start-up.ts'
import { token } from './token.ts'
import { xts } from './xts.ts'

/** Each beside its anchors A, F and D. */
export const requestCases: readonly MeasuredRequest[] = [
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
  getSecret,
  setSecret,
  listSecrets,
  token,
  accountEncrypt,
  accountDecrypt,
  accountReEncrypt,
  accountDataKey,
  accountMac,
  accountSignRsa,
  accountSignEc,
  accountDescribe,
  accountListKeys,
  assumeRole,
]

export const cases: readonly BenchCase[] = [
  ...requestCases,
  connectionCounts,
  latency,
  mixedLoad,
  ...objects,
  certificates,
  decisions,
  accountDecisions,
  ...peers,
  requestSignatures,
  xts,
  nbd,
  rewrap,
  startUp,
  growth,
]
