/** A character that stands for itself, any one character, or any run of them. */
export type Piece = string | typeof anyOne | typeof anyRun
export const anyOne = Symbol('any one')
export const anyRun = Symbol('any run')

/**
 * Does the whole text follow the pieces? Time is length × length at worst: patterns are written by whoever owns a place, and judged at every
 * request, so that an expression which tries all divisions of a text would stop the instance.
 */
export function follows(text: string, pieces: readonly Piece[]): boolean {
  let [at, piece] = [0, 0]
  // Where the last run began, and what it has taken so far: only that run is ever made longer.
  let [run, taken] = [-1, 0]
  while (at < text.length) {
    const wanted = pieces[piece]
    if (wanted === anyRun) {
      run = piece
      taken = at
      piece += 1
    } else if (wanted === anyOne || wanted === text[at]) {
      at += 1
      piece += 1
    } else if (run >= 0) {
      taken += 1
      at = taken
      piece = run + 1
    } else return false
  }
  while (pieces[piece] === anyRun) piece += 1
  return piece === pieces.length
}
