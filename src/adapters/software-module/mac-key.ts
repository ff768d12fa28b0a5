import { createHmac, timingSafeEqual } from 'node:crypto'
import { macSpecs, type MacSpec } from '#crypto/mac-keys.ts'
import type { Bytes } from '#model/brands.ts'
import type { UsableMacKey } from '#ports/crypto-module.ts'
import { secretOf } from './opened-key.ts'
import type { Work } from './usable-key.ts'

/** HMAC by node:crypto, on the calling thread. */
export function macKey(work: Work, spec: MacSpec): UsableMacKey {
  const made = (data: Bytes): Promise<Bytes> =>
    work('inline', async key => Uint8Array.from(createHmac(macSpecs[spec].hash, secretOf(key)).update(data).digest()))
  return {
    mac: made,
    async verify(data, mac) {
      const own = await made(data)
      return own.length === mac.length && timingSafeEqual(own, mac)
    },
  }
}
