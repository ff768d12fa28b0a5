/** Something is not as it was signed or sealed: the first of it in the order of the log. */
export interface Finding {
  /** Number of the first bad row (of `node`), where a row is bad or missing, or of the row that named the bad record last. */
  readonly firstBad?: number
  readonly node?: number
  /** Blind id of the first bad record. */
  readonly record?: string
  /** A sentence for people. */
  readonly because: string
}

/** Exit codes 0, 1 and 2 (security-and-reliability.md 4.4). */
export type Verdict =
  | { readonly verdict: 'intact'; readonly rows: number; readonly batches: number; readonly records: number | undefined }
  | ({ readonly verdict: 'tampered' } & Finding)
  | { readonly verdict: 'unknown'; readonly because: string }

/** Thrown where the search ends: what was found, or why nothing can be said. */
export class Tampered extends Error {
  override readonly name = 'Tampered'
  readonly finding: Finding

  constructor(finding: Finding, options?: ErrorOptions) {
    super(finding.because, options)
    this.finding = finding
  }
}
