/** The known word that the fewest letters tell from a given one (Levenshtein), case aside. */
export function nearestOf(word: string, known: readonly string[]): string {
  const distances = known.map(one => ({ one, letters: distance(word.toLowerCase(), one.toLowerCase()) }))
  return distances.toSorted((a, b) => a.letters - b.letters)[0]?.one ?? ''
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (const [i, letter] of Array.from(a).entries()) {
    const next = [i + 1]
    for (const [j, other] of Array.from(b).entries())
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)))
    row = next
  }
  return row.at(-1) ?? 0
}
