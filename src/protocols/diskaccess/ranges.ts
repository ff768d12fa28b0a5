import { Problem } from '#model/problem.ts'
import type { ByteRange } from '#domain/disks/disk-image.ts'
import type { WireRequest } from '#protocols/http/request.ts'

/**
 * The one range that was asked for, `x-ms-range` before `Range`; `undefined` for all. What is no single range of bytes is refused: an answer
 * with the whole disk is never what was meant. Raises `InvalidParameter`, `RangeNotSatisfiable`.
 */
export function rangeOf(request: WireRequest, sizeBytes: number): ByteRange | undefined {
  const text = request.header('x-ms-range') ?? request.header('range')
  if (text === undefined) return undefined
  const range = parsed(text, sizeBytes)
  if (range.from < range.to) return range
  throw new Problem({ code: 'RangeNotSatisfiable', details: { sizeBytes } })
}

/** `bytes=A-B`, `bytes=A-` and `bytes=-N`, cut to the size (RFC 9110 14.1.2). */
function parsed(text: string, sizeBytes: number): ByteRange {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(text.trim()) ?? []
  if (first === '' && last === '') throw unreadable()
  if (first === '') return { from: Math.max(0, sizeBytes - Number(last)), to: sizeBytes }
  if (last === '') return { from: Number(first), to: sizeBytes }
  if (Number(last) < Number(first)) throw unreadable()
  return { from: Number(first), to: Math.min(Number(last) + 1, sizeBytes) }
}

const unreadable = (): Problem => new Problem({ code: 'InvalidParameter', details: { name: 'range', message: 'no single range of bytes' } })
