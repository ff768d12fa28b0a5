// For tests alone: an attestation authority outside, and a machine that it vouches for.
import { constants, createDecipheriv, createPrivateKey, generateKeyPairSync, privateDecrypt, sign, type KeyObject } from 'node:crypto'
import { noOutgoing, OutgoingFailed, type Outgoing } from '#ports/outgoing.ts'

export const authority = 'https://attest.example.test'
const kid = 'attester'
const own = generateKeyPairSync('rsa', { modulusLength: 2048 })
const machine = generateKeyPairSync('rsa', { modulusLength: 2048 })

export const machineKid = 'TpmEphemeralEncryptionKey'
export const machineKey = { ...machine.publicKey.export({ format: 'jwk' }), kid: machineKid, key_use: 'enc' }

/** Publishes the authority's keys, as any OpenID provider does. */
export const attestationOutside: Outgoing = {
  ...noOutgoing,
  async get(purpose, url) {
    if (purpose !== 'attestation' || !url.startsWith(`${authority}/`)) throw new OutgoingFailed('refused', 'not listed')
    const body = url.endsWith('/openid-configuration')
      ? { issuer: authority, jwks_uri: `${authority}/certs` }
      : { keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid }] }
    return { status: 200, body: new TextEncoder().encode(JSON.stringify(body)) }
  },
}

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Its token about the machine; `at`: milliseconds. */
export function attested(at: number, claims: Readonly<Record<string, unknown>> = {}, by: KeyObject = own.privateKey): string {
  const seconds = Math.floor(at / 1_000)
  const all = {
    iss: authority,
    iat: seconds,
    nbf: seconds,
    exp: seconds + 600,
    'x-ms-isolation-tee': { 'x-ms-attestation-type': 'sevsnpvm' },
    'x-ms-runtime': { keys: [machineKey] },
    ...claims,
  }
  const text = `${encoded({ alg: 'RS256', kid, typ: 'JWT' })}.${encoded(all)}`
  return `${text}.${sign('sha256', Buffer.from(text), by).toString('base64url')}`
}

export const policyText = JSON.stringify({
  version: '1.0.0',
  anyOf: [{ authority, allOf: [{ claim: 'x-ms-isolation-tee.x-ms-attestation-type', equals: 'sevsnpvm' }] }],
})
export const releasePolicy = { data: Buffer.from(policyText).toString('base64url') }

/** What the machine does with a release: its own key opens the transport key, that the private key (PKCS #11 v3.0 2.1.21). */
export function unwrapped(ciphertext: Uint8Array, oaepHash: string): Uint8Array {
  const transportKey = privateDecrypt(
    { key: machine.privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash },
    ciphertext.subarray(0, 256),
  )
  const decipher = createDecipheriv('id-aes256-wrap-pad', transportKey, Buffer.from('a65959a6', 'hex'))
  return Buffer.concat([decipher.update(ciphertext.subarray(256)), decipher.final()])
}

export const privateKeyOf = (pkcs8: Uint8Array): KeyObject => createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' })
