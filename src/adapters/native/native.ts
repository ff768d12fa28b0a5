// The one door to the native module (design.md 7): loaded, checked by known answers, or stood in for, and it says which.
import type { ByteMathematics } from '#ports/byte-mathematics.ts'
import type { KeyedMathematics } from '#ports/keyed-mathematics.ts'
import type { KeyMathematics } from '#ports/key-mathematics.ts'
import type { OpenSectorCipher } from '#ports/sector-cipher.ts'
import { doesBytes, doesKeyed, loadBinding } from './binding.ts'
import { fallbackBytes } from './fallback-bytes.ts'
import { fallbackKeyed } from './fallback-keyed.ts'
import { fallbackMathematics, fallbackSectorCipher } from './fallback-mathematics.ts'
import { failedKnownAnswer } from './known-answers.ts'
import { nativeBytes } from './native-bytes.ts'
import { nativeKeyed } from './native-keyed.ts'
import { nativeMathematics, nativeSectorCipher } from './native-mathematics.ts'
import { leaveSendRoom, sendRoomBy, type SetSendRoom } from './send-room.ts'

/** The mathematics of this process, and a sentence for `keystead status` where it is the slow one. */
export interface Native {
  readonly backend: 'native' | 'fallback'
  readonly reason?: string
  readonly mathematics: KeyMathematics
  readonly openSectorCipher: OpenSectorCipher
  readonly bytes: ByteMathematics
  readonly keyed: KeyedMathematics
  readonly setSendRoom: SetSendRoom
}

const fallback = (reason: string): Native => ({
  backend: 'fallback',
  reason,
  mathematics: fallbackMathematics,
  openSectorCipher: fallbackSectorCipher,
  bytes: fallbackBytes,
  keyed: fallbackKeyed,
  setSendRoom: leaveSendRoom,
})

/** Loads once a thread that needs it. `file`: another build than `native/build/keystead.node`. */
export function loadNative(options: { readonly force?: 'fallback'; readonly file?: string } = {}): Native {
  if (options.force === 'fallback') return fallback('the configuration asks for it')
  const loaded = loadBinding(options.file)
  if ('reason' in loaded) return fallback(loaded.reason)
  const failed = failedKnownAnswer(loaded.binding)
  if (failed !== undefined) return fallback(`the native module answers wrongly: ${failed}`)
  return {
    backend: 'native',
    mathematics: nativeMathematics(loaded.binding),
    openSectorCipher: nativeSectorCipher(loaded.binding),
    bytes: doesBytes(loaded.binding) ? nativeBytes(loaded.binding) : fallbackBytes,
    keyed: doesKeyed(loaded.binding) ? nativeKeyed(loaded.binding) : fallbackKeyed,
    setSendRoom: sendRoomBy(loaded.binding),
  }
}
