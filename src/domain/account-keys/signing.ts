import { digestBytes, sha2 } from '#crypto/digests.ts'
import { ecdsaFromDer, ecdsaToDer } from '#crypto/ecdsa-der.ts'
import type { SignatureAlgorithm } from '#crypto/algorithms.ts'
import { keySpecs, type KeySpec } from '#crypto/key-specs.ts'
import { muBytes } from '#crypto/ml-dsa.ts'
import type { Bytes } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import { signingAlgorithms, type AccountSigningAlgorithm, type MessageType } from './algorithms.ts'
import type { HeldAccountKey } from './find-account-key.ts'
import { keyArn } from './key-arn.ts'
import type { OpenedAccountKey } from './material.ts'
import { endOfDryRun, keyForUse, openCurrent, type KeyReference, type UseNeeds } from './use-account-key.ts'
import { useFacts } from './use-facts.ts'

export interface Said {
  readonly key: KeyReference
  readonly algorithm: AccountSigningAlgorithm
  readonly message: Bytes
  readonly messageType: MessageType
  readonly dryRun?: boolean | undefined
}

/** Signs a message, its digest, or µ. ECDSA answers DER. Raises what `keyForUse` raises, `ValidationFailed`, `DryRunPassed`. */
export async function signAs(context: UseNeeds, call: Call, said: Said): Promise<{ readonly arn: string; readonly signature: Bytes }> {
  const key = await keyFor(context, call, { said, permission: 'accountKey.sign' })
  endOfDryRun(said.dryRun)
  return { arn: keyArn(key.value), signature: await signed(await openSigner(context, key), said) }
}

/** Raises as `signAs`, and `SignatureInvalid` where the signature is none of this key, message and algorithm: nothing is ever answered with false. */
export async function verifyAs(
  context: UseNeeds,
  call: Call,
  said: Said & { readonly signature: Bytes },
): Promise<{ readonly arn: string }> {
  const key = await keyFor(context, call, { said, permission: 'accountKey.verify' })
  if (!(await verified(await openSigner(context, key), said))) throw new Problem({ code: 'SignatureInvalid' })
  endOfDryRun(said.dryRun)
  return { arn: keyArn(key.value) }
}

async function keyFor(
  context: UseNeeds,
  call: Call,
  { said, permission }: { readonly said: Said; readonly permission: 'accountKey.sign' | 'accountKey.verify' },
): Promise<HeldAccountKey> {
  const { algorithm, messageType } = said
  const key = await keyForUse(context, call, {
    key: said.key,
    permission,
    usage: 'SIGN_VERIFY',
    algorithm,
    specs: signingAlgorithms[algorithm].specs,
    facts: useFacts({ 'kms:signingalgorithm': algorithm, 'kms:messagetype': messageType }),
  })
  assertMessage(said)
  return key
}

const invalid = (message: string): Problem => new Problem({ code: 'ValidationFailed', details: { message } })

/** Raises `ValidationFailed`. */
function assertMessage({ algorithm, message, messageType }: Said): void {
  const row = signingAlgorithms[algorithm]
  if (!row.messages.some(type => type === messageType))
    throw invalid(`MessageType ${messageType} is not valid for the signing algorithm ${algorithm}.`)
  if (messageType === 'DIGEST' && 'hash' in row && message.length !== digestBytes[row.hash])
    throw invalid(`Digest is invalid length for algorithm ${algorithm}.`)
  if (messageType === 'EXTERNAL_MU' && message.length !== muBytes)
    throw invalid(`External mu is invalid length for algorithm ${algorithm}: it has ${muBytes} bytes.`)
}

type Signer = Extract<OpenedAccountKey, { readonly kind: 'pair' | 'edwards' | 'mlDsa' }>

const openSigner = async (context: UseNeeds, key: HeldAccountKey): Promise<Signer> => openCurrent(context, key, 'pair', 'edwards', 'mlDsa')

/** How a pair names the algorithm, and the digest that it is over. */
function digestOf(spec: KeySpec, { algorithm, message, messageType }: Said): { readonly by: SignatureAlgorithm; readonly digest: Bytes } {
  const row = signingAlgorithms[algorithm]
  if (!('hash' in row)) throw new Error('a pair signs digests')
  const digest = messageType === 'RAW' ? sha2(row.hash, message) : message
  return { by: 'by' in row ? row.by : ecdsaBy(spec), digest }
}

function ecdsaBy(spec: KeySpec): SignatureAlgorithm {
  if (spec === 'P-256') return 'ES256'
  if (spec === 'P-256K') return 'ES256K'
  return spec === 'P-384' ? 'ES384' : 'ES512'
}

/** Pre-hashed or not: a digest that is given to the pre-hashed scheme is hashed again, as the service documents it (aws-kms.md 2). */
const schemeOf = (algorithm: AccountSigningAlgorithm) => (algorithm === 'ED25519_PH_SHA_512' ? 'prehashed' : 'pure')

async function signed(signer: Signer, said: Said): Promise<Bytes> {
  const { algorithm, message, messageType } = said
  if (signer.kind === 'edwards') return signer.key.sign(schemeOf(algorithm), message)
  if (signer.kind === 'mlDsa') return messageType === 'EXTERNAL_MU' ? signer.key.signMu(message) : signer.key.sign(message)
  const { by, digest } = digestOf(signer.spec, said)
  const signature = await signer.key.sign(by, digest)
  return keySpecs[signer.spec].kty === 'EC' ? ecdsaToDer(signature) : signature
}

async function verified(signer: Signer, said: Said & { readonly signature: Bytes }): Promise<boolean> {
  const { algorithm, message, messageType, signature } = said
  if (signer.kind === 'edwards') return signer.key.verify(schemeOf(algorithm), message, signature)
  if (signer.kind === 'mlDsa')
    return messageType === 'EXTERNAL_MU' ? signer.key.verifyMu(message, signature) : signer.key.verify(message, signature)
  const { by, digest } = digestOf(signer.spec, said)
  const row = keySpecs[signer.spec]
  const raw = row.kty === 'EC' ? ecdsaFromDer(signature, row.coordinateBytes) : signature
  return raw !== undefined && signer.key.verify(by, digest, raw)
}
