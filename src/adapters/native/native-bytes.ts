// The native module behind the port of bytes: one call a box, and a register that is carried on in place.
import type { CrcName, RunningCrc } from '#crypto/crc.ts'
import { crcs } from '#crypto/crc.ts'
import type { Boxes, ByteMathematics, Derivation } from '#ports/byte-mathematics.ts'
import type { BytesBinding } from './binding.ts'
import { checkedBox, checkedDerivation } from './boxes.ts'

export const nativeBytes = (binding: BytesBinding): ByteMathematics => ({
  openBoxes: derivation => nativeBoxes(binding, derivation),
  startCrc: name => startCrc(binding, name),
})

function nativeBoxes(binding: BytesBinding, derivation: Derivation): Boxes {
  const { key, salt, info } = checkedDerivation(derivation)
  const opened = binding.deriveBoxes(key, salt, Buffer.from(info))
  return {
    seal({ nonce, aad }, from, into) {
      checkedBox({ nonce, plain: from, box: into })
      binding.sealBox(opened, nonce, aad, from, into)
    },
    open({ nonce, aad }, from, into) {
      checkedBox({ nonce, plain: into, box: from })
      return binding.openBox(opened, nonce, aad, from, into)
    },
    [Symbol.dispose]() {
      binding.closeBoxes(opened)
    },
  }
}

const numbers = { crc32c: 0, crc64nvme: 1 } as const

function startCrc(binding: BytesBinding, name: CrcName): RunningCrc {
  // zlib's own is as fast.
  if (name === 'crc32') return crcs.crc32.start()
  return runningCrc(binding, name, true)
}

/** `folding` false: by tables, as on processors that cannot multiply without carry. */
export function runningCrc(binding: BytesBinding, name: keyof typeof numbers, folding: boolean): RunningCrc {
  const { width } = crcs[name]
  const register = new Uint8Array(8).fill(0xff, 0, width)
  return {
    update(bytes) {
      binding.carryCrc(numbers[name], register, bytes, folding)
    },
    digest: () =>
      register
        .slice(0, width)
        .reverse()
        .map(byte => byte ^ 0xff),
  }
}
