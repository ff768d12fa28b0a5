import { sealed, type Bytes, type RecordId } from '#model/brands.ts'
import type { Needs } from '#domain/context.ts'
import { canonicalPath } from './family.ts'
import { travellingKinds } from './kinds.ts'

type TravellingKind = keyof typeof travellingKinds
type TravellingNeeds = Needs<'ground' | 'instance'>

const formatVersion = 1
const headBytes = 5

/** What clients carry about and only this installation reads: u8 format ‖ u32 term ‖ sealed body. Twice the same gives two texts. */
export function sealTravelling(context: TravellingNeeds, kind: TravellingKind, body: Bytes): Bytes {
  const { term, body: box } = context.ground.barrier.sealRecord(placeOf(context, kind), body)
  const frame = new Uint8Array(headBytes + box.length)
  frame[0] = formatVersion
  new DataView(frame.buffer).setUint32(1, term)
  frame.set(box, headBytes)
  return frame
}

/** `undefined` for whatever was not sealed here as this kind, or was touched since. */
export function openTravelling(context: TravellingNeeds, kind: TravellingKind, frame: Bytes): Bytes | undefined {
  if (frame.length <= headBytes || frame[0] !== formatVersion) return undefined
  const term = new DataView(frame.buffer, frame.byteOffset).getUint32(1)
  try {
    return context.ground.barrier.openRecord(placeOf(context, kind), { term, body: sealed(frame.subarray(headBytes)) })
  } catch {
    // The barrier says only that it does not open: a touched bit, another installation's, a term that never was.
    return undefined
  }
}

function placeOf({ ground, instance }: TravellingNeeds, kind: TravellingKind): { id: RecordId; kind: number; version: number } {
  const id = ground.barrier.index(instance.installation, canonicalPath('record', 'travelling', [kind]))
  return { id, kind: travellingKinds[kind], version: formatVersion }
}
