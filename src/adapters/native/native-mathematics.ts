// The native module behind the ports. What it answers `undefined` to has failed in OpenSSL.
import { encryptionAlgorithms, signatureAlgorithms } from '#crypto/algorithms.ts'
import type { Bytes } from '#model/brands.ts'
import type { EcPrivateKey, KeyMathematics, RsaPrivateKey } from '#ports/key-mathematics.ts'
import type { OpenSectorCipher, SectorCipher } from '#ports/sector-cipher.ts'
import { hashBits, paddings } from './binding.ts'
import type { Binding } from './binding.ts'
import { checkedDek, checkedSectors } from './sectors.ts'

/** AES-XTS in one call a request (disk-encryption.md E.1). */
export function nativeSectorCipher(binding: Binding): OpenSectorCipher {
  return (dek: Bytes): SectorCipher => {
    const opened = binding.openSectors(checkedDek(dek))
    return {
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

/** Private operations on libuv's threads, the key in one EVP object. */
export function nativeMathematics(binding: Binding): KeyMathematics {
  return {
    openRsaKey: pkcs8 => nativeRsaKey(binding, pkcs8),
    openEcKey: (_spec, pkcs8) => nativeEcKey(binding, pkcs8),
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

function made(signature: Bytes | undefined): Bytes {
  if (signature === undefined) throw new Error('OpenSSL did not sign')
  return signature
}
