// The native module behind the ports. What it answers `undefined` to has failed in OpenSSL.
import { encryptionAlgorithms, signatureAlgorithms } from '#crypto/algorithms.ts'
import type { Bytes } from '#model/brands.ts'
import type { EcPrivateKey, KeyMathematics, MessageSigning, RsaPrivateKey } from '#ports/key-mathematics.ts'
import type { OpenSectorCipher, SectorCipher } from '#ports/sector-cipher.ts'
import { doesFiles, forms, hashBits, paddings, signsMessages } from './binding.ts'
import type { Binding, FilesBinding, MessageBinding } from './binding.ts'
import { fallbackMessages } from './fallback-messages.ts'
import { wrongMessageAnswer } from './known-answers.ts'
import { checkedDek, checkedSectors } from './sectors.ts'

/** AES-XTS in one call a request (disk-encryption.md E.1). */
export function nativeSectorCipher(binding: Binding): OpenSectorCipher {
  return (dek: Bytes): SectorCipher => {
    const opened = binding.openSectors(checkedDek(dek))
    return {
      ...(doesFiles(binding) && filesOf(binding, opened)),
      encrypt(firstSector, inPlace) {
        binding.cipherSectors(opened, true, checkedSectors(firstSector, inPlace), inPlace)
      },
      decrypt(firstSector, inPlace) {
        binding.cipherSectors(opened, false, checkedSectors(firstSector, inPlace), inPlace)
      },
      [Symbol.dispose]() {
        binding.closeSectors(opened)
      },
    }
  }
}

const filesOf = (binding: FilesBinding, opened: object): Required<Pick<SectorCipher, 'readFile' | 'writeFile'>> => ({
  readFile(from, into) {
    binding.readSectors(opened, from.fd, from.position, checkedSectors(from.firstSector, into), into)
  },
  writeFile(to, inPlace) {
    binding.writeSectors(opened, to.fd, to.position, checkedSectors(to.firstSector, inPlace), inPlace)
  },
})

/** Private operations on libuv's threads, the key in one EVP object. */
export function nativeMathematics(binding: Binding): KeyMathematics {
  return {
    openRsaKey: pkcs8 => nativeRsaKey(binding, pkcs8),
    openEcKey: (_spec, pkcs8) => nativeEcKey(binding, pkcs8),
    messages: signsMessages(binding) ? nativeMessages(binding) : fallbackMessages,
  }
}

function nativeRsaKey(binding: Binding, pkcs8: Bytes): RsaPrivateKey {
  const opened = binding.openKey(pkcs8)
  return {
    async decrypt(algorithm, ciphertext) {
      const row = encryptionAlgorithms[algorithm]
      return binding.rsaDecrypt(opened, ciphertext, paddings[row.padding], row.padding === 'oaep' ? hashBits[row.hash] : 0, false)
    },
    async sign(algorithm, digest) {
      const row = signatureAlgorithms[algorithm]
      const padding = row.scheme === 'pss' ? paddings.pss : paddings.pkcs1
      // Without a hash PKCS #1 is the bare type-1 padding: RSNULL.
      const hash = row.scheme === 'raw' ? hashBits.none : hashBits[row.hash]
      return made(await binding.rsaSign(opened, digest, padding, hash, false))
    },
    [Symbol.dispose]() {
      binding.closeKey(opened)
    },
  }
}

function nativeEcKey(binding: Binding, pkcs8: Bytes): EcPrivateKey {
  const opened = binding.openKey(pkcs8)
  return {
    async sign(digest, placement) {
      return made(await binding.ecSign(opened, digest, placement === 'inline'))
    },
    async verify(digest, signature, placement) {
      return binding.ecVerify(opened, digest, signature, placement === 'inline')
    },
    [Symbol.dispose]() {
      binding.closeKey(opened)
    },
  }
}

/** Checked by what is known when the first asks, on a thread of the pool: few ever do. */
function nativeMessages(binding: MessageBinding): MessageSigning {
  const unchecked: MessageSigning = {
    async sign(pkcs8, { form, message, context = new Uint8Array() }) {
      return made(await binding.messageSign(pkcs8, forms[form], message, context, false))
    },
    async verify(pkcs8, { form, message, context = new Uint8Array(), signature }) {
      return binding.messageVerify(pkcs8, forms[form], message, context, signature, false)
    },
  }
  let checked: Promise<void> | undefined
  const right = async (): Promise<void> => (checked ??= wrongMessageAnswer(unchecked).then(refuseWrong))
  return {
    async sign(...asked) {
      await right()
      return unchecked.sign(...asked)
    },
    async verify(...asked) {
      await right()
      return unchecked.verify(...asked)
    },
  }
}

function refuseWrong(wrong: string | undefined): void {
  if (wrong !== undefined) throw new Error(`the native module answers wrongly: ${wrong}`)
}

function made(signature: Bytes | undefined): Bytes {
  if (signature === undefined) throw new Error('OpenSSL did not sign')
  return signature
}
