import { anyOne, anyRun, type Piece } from './wildcards.ts'

/** What stands between two runs: every text of that length that has these letters, whatever stands at `anyOne`. */
interface Segment {
  readonly length: number
  /** Does it stand there? */
  stands(text: string, at: number): boolean
  /** Where it stands first from there; -1: nowhere. */
  find(text: string, from: number): number
}

/**
 * Does a text follow the pieces? For patterns of documents, which may have thousands of letters, as may the text that they are compared with:
 * each letter of the text is looked at once for sixty-four of the pattern, so that no pattern makes a decision slow.
 */
export function matcherOf(pieces: readonly Piece[]): (text: string) => boolean {
  const [head, ...others] = segmentsOf(pieces)
  const tail = others.pop()
  if (head === undefined) return text => text === ''
  if (tail === undefined) return text => text.length === head.length && head.stands(text, 0)
  return text => {
    const end = text.length - tail.length
    if (end < head.length || !head.stands(text, 0) || !tail.stands(text, end)) return false
    let from = head.length
    for (const segment of others) {
      const at = segment.find(text, from)
      from = at + segment.length
      if (at < 0 || from > end) return false
    }
    return true
  }
}

function segmentsOf(pieces: readonly Piece[]): Segment[] {
  const runs: Exclude<Piece, typeof anyRun>[][] = [[]]
  for (const piece of pieces) {
    if (piece === anyRun) runs.push([])
    else runs.at(-1)?.push(piece)
  }
  return runs.filter((run, at) => run.length > 0 || at === 0 || at === runs.length - 1).map(segmentOf)
}

function segmentOf(run: readonly Exclude<Piece, typeof anyRun>[]): Segment {
  if (run.includes(anyOne)) return withGaps(run)
  const whole = run.map(String).join('')
  return { length: whole.length, stands: (text, at) => text.startsWith(whole, at), find: (text, from) => text.indexOf(whole, from) }
}

function withGaps(run: readonly Exclude<Piece, typeof anyRun>[]): Segment {
  const { length } = run
  let masks: Masks | undefined
  return {
    length,
    stands: (text, at) => run.every((piece, index) => (piece === anyOne ? at + index < text.length : piece === text[at + index])),
    find(text, from) {
      if (text.length - from < length) return -1
      masks ??= masksOf(run)
      return findBy(masks, text, { from, length })
    },
  }
}

/** For each letter the places of the segment at which it may stand, one bit a place. */
interface Masks {
  readonly byLetter: ReadonlyMap<string, bigint>
  /** Of letters that the segment does not name. */
  readonly others: bigint
}

function masksOf(run: readonly Exclude<Piece, typeof anyRun>[]): Masks {
  const named = new Map<string, bigint>()
  let others = 0n
  let bit = 1n
  for (const piece of run) {
    if (piece === anyOne) others |= bit
    else named.set(piece, (named.get(piece) ?? 0n) | bit)
    bit <<= 1n
  }
  return { byLetter: new Map([...named].map(([letter, places]) => [letter, places | others])), others }
}

/** Shift-And (Baeza-Yates and Gonnet, 1992): a bit is set where the segment's beginning of that length ends at this letter. */
function findBy({ byLetter, others }: Masks, text: string, { from, length }: { readonly from: number; readonly length: number }): number {
  const whole = 1n << BigInt(length - 1)
  let begun = 0n
  for (let at = from; at < text.length; at += 1) {
    begun = ((begun << 1n) | 1n) & (byLetter.get(text[at] ?? '') ?? others)
    if ((begun & whole) !== 0n) return at - length + 1
  }
  return -1
}
