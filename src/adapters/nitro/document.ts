// Attestation documents: COSE_Sign1 by ES384 around a map (AWS Nitro Enclaves, "Cryptographic attestation"; RFC 9052 4.2). Their bounds are the maker's.
import { createPublicKey } from 'node:crypto'
import type { Bytes } from '#model/brands.ts'
import type { AttestedMachine } from '#ports/attested-machines.ts'
import { readCbor, type Cbor } from './cbor.ts'

/** As it was written: nothing in it is believed yet. */
export interface WrittenDocument {
  readonly protectedHeader: Bytes
  readonly payload: Bytes
  readonly signature: Bytes
  readonly machine: AttestedMachine
  /** DER: who signed, and who vouches for it, the root first. */
  readonly certificate: Bytes
  readonly bundle: readonly Bytes[]
}

const es384 = -35
const algorithmLabel = 1
const coseSign1Tag = 0xd2

/** Throws `Error` for what is no such document, or has no key to encrypt to. */
export function readDocument(document: Bytes): WrittenDocument {
  const parts = listOf(readCbor(document[0] === coseSign1Tag ? document.subarray(1) : document))
  if (parts.length !== 4) throw new Error('it is not signed as one')
  const [protectedHeader, , payload, signature] = parts
  const header = mapOf(readCbor(bytesOf(protectedHeader)))
  if (header.size !== 1 || header.get(algorithmLabel) !== es384) throw new Error('it is signed by another algorithm')
  const said = mapOf(readCbor(bytesOf(payload)))
  return {
    protectedHeader: bytesOf(protectedHeader),
    payload: bytesOf(payload),
    signature: bytesOf(signature, { min: 96, max: 96 }),
    machine: machineOf(said),
    certificate: bytesOf(said.get('certificate'), { min: 1, max: 1_024 }),
    bundle: bundleOf(said.get('cabundle')),
  }
}

type Said = ReadonlyMap<number | string, Cbor>

function machineOf(said: Said): AttestedMachine {
  const moduleId = said.get('module_id')
  if (typeof moduleId !== 'string' || moduleId === '' || said.get('digest') !== 'SHA384')
    throw new Error('it names no module, or another digest')
  const tpm = said.get('nitrotpm_pcrs')
  return {
    moduleId,
    kind: tpm === undefined ? 'enclave' : 'tpm',
    registers: registersOf(mapOf(tpm ?? said.get('pcrs'))),
    publicKey: rsaKeyOf(bytesOf(said.get('public_key'), { min: 1, max: 1_024 })),
  }
}

function registersOf(said: Said): ReadonlyMap<number, string> {
  if (said.size < 1 || said.size > 32) throw new Error('it has no registers, or too many')
  return new Map(
    [...said].map(([index, value]): [number, string] => {
      const measured = bytesOf(value)
      if (typeof index !== 'number' || index < 0 || index > 31 || ![32, 48, 64].includes(measured.length))
        throw new Error('a register is none')
      return [index, measured.toHex()]
    }),
  )
}

function rsaKeyOf(der: Bytes): Bytes {
  const key = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' })
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  if (key.asymmetricKeyType !== 'rsa' || bits < 2_048 || bits > 4_096) throw new Error('its key is not RSA of 2,048 to 4,096 bits')
  return Uint8Array.from(key.export({ format: 'der', type: 'spki' }))
}

function bundleOf(value: Cbor): readonly Bytes[] {
  const certificates = listOf(value)
  if (certificates.length < 1) throw new Error('nobody vouches for it')
  return certificates.map(one => bytesOf(one, { min: 1, max: 1_024 }))
}

function listOf(value: Cbor): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error('a list is missing')
  const items: readonly unknown[] = value
  return items
}

function mapOf(value: unknown): Said {
  if (!(value instanceof Map)) throw new Error('a map is missing')
  return value as Said // oxlint-disable-line typescript/no-unsafe-type-assertion -- the reader makes maps of no other keys and values
}

function bytesOf(value: unknown, { min, max }: { readonly min: number; readonly max: number } = { min: 0, max: 262_144 }): Bytes {
  if (!(value instanceof Uint8Array) || value.length < min || value.length > max) throw new Error('bytes are missing, or of another length')
  return value
}
