import type { Pki } from '#ports/pki.ts'
import type { Random } from '#ports/random.ts'
import { isAlternativeName } from './alternative-names.ts'
import { chained } from './chain.ts'
import { inTurn } from './in-turn.ts'
import { nameOf } from './names.ts'
import { asksAbout, readStatusRequest, statusAnswer, statusToSign } from './ocsp.ts'
import { readPem, writePem } from './pem.ts'
import { readPkcs12 } from './pkcs12-read.ts'
import { writePkcs12 } from './pkcs12-write.ts'
import { readCertificate } from './read.ts'
import { certificateToSign, requestToSign, revocationListToSign } from './write.ts'

/** X.509 by the ASN.1 schemas of @peculiar, and OpenSSL through node:crypto for everything that computes. */
export const pkiBy = (random: Random, inOwnTurn = inTurn()): Pki => ({
  isName: text => nameOf(text) !== undefined,
  isAlternativeName,
  certificateToSign,
  requestToSign,
  revocationListToSign,
  readStatusRequest,
  asksAbout,
  statusToSign,
  statusAnswer,
  readCertificate,
  readPkcs12: async (container, password) => inOwnTurn(async () => readPkcs12(container, password)),
  writePkcs12: async bundle => writePkcs12(random, bundle),
  readPem,
  writePem,
  chained,
})
