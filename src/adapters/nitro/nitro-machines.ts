import { verify, X509Certificate } from 'node:crypto'
import { promisify } from 'node:util'
import type { Bytes, Millis } from '#model/brands.ts'
import type { AttestedMachine, AttestedMachines } from '#ports/attested-machines.ts'
import type { Pki } from '#ports/pki.ts'
import type { Random } from '#ports/random.ts'
import { signedStructure } from './cbor.ts'
import { readDocument, type WrittenDocument } from './document.ts'
import { envelopedData } from './enveloped-data.ts'
import { flawOfChain } from './vouched.ts'

const verified = promisify(verify)

/** `roots`: certificates, DER; without any, no document proves anything. */
export function nitroMachines(parts: {
  readonly roots: readonly Bytes[]
  readonly pki: () => Promise<Pki>
  readonly random: Random
}): AttestedMachines {
  const { roots, pki, random } = parts
  return {
    trusted: roots.length > 0,
    async verify(document, at) {
      const written = read(document)
      return 'flaw' in written ? written : proved(written, { pki: await pki(), roots, at })
    },
    enclose: (machine, plaintext) => envelopedData(machine.publicKey, plaintext, random),
  }
}

function read(document: Bytes): WrittenDocument | { readonly flaw: string } {
  try {
    return readDocument(document)
  } catch {
    return { flaw: 'it is not a document of this kind with an RSA key' }
  }
}

/** The chain first: the signature is then by a key that is vouched for. */
async function proved(
  written: WrittenDocument,
  { pki, ...trust }: { readonly pki: Pki; readonly roots: readonly Bytes[]; readonly at: Millis },
): Promise<AttestedMachine | { readonly flaw: string }> {
  const { bundle, certificate, protectedHeader, payload, signature, machine } = written
  const flaw = flawOfChain(pki, [...bundle, certificate], trust)
  if (flaw !== undefined) return { flaw }
  const key = new X509Certificate(certificate).publicKey
  if (key.asymmetricKeyDetails?.namedCurve !== 'secp384r1') return { flaw: 'it is signed by a key of another curve' }
  const good = await verified('sha384', signedStructure(protectedHeader, payload), { key, dsaEncoding: 'ieee-p1363' }, signature)
  return good ? machine : { flaw: 'its signature does not verify' }
}
