import { Problem } from '#model/problem.ts'
import type { WireRequest } from '#protocols/http/request.ts'

/** Named in the refusal of another, where tools read it. */
export const latestVersion = '2026-04-01'

const numbered = /^(\d{1,3})\.(\d{1,3})(?:-preview(?:\.\d{1,3})?)?$/
const dated = /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?:-preview)?$/
const firstDate = '2016-10-01'
/** Dates before it are older than 7.3. */
const firstDateSince73 = '2022-01-01'

type Version = { readonly major: number; readonly minor: number } | { readonly date: string }

function parse(text: string): Version | undefined {
  // What nearly all clients say, asked about for each item of a list: `7.6`.
  if (text.length === 3 && text.startsWith('7.')) {
    const minor = text.charCodeAt(2) - 0x30
    return minor >= 0 && minor <= 9 ? { major: 7, minor } : undefined
  }
  const number = numbered.exec(text)
  if (number !== null) return { major: Number(number[1]), minor: Number(number[2]) }
  return dated.test(text) ? { date: text.slice(0, 10) } : undefined
}

const given = (request: WireRequest): string => request.query.get('api-version') ?? ''

/** Every well-formed version from 7.0 or 2016-10-01 on is known, newer ones too (key-vault.md 0.4). Raises `ApiVersionMissing`, `ApiVersionMalformed`. */
export function checkVersion(request: WireRequest): void {
  const text = given(request)
  if (text === '') throw new Problem({ code: 'ApiVersionMissing' })
  const version = parse(text)
  const known = version !== undefined && ('date' in version ? version.date >= firstDate : version.major >= 7)
  if (!known) throw new Problem({ code: 'ApiVersionMalformed', details: { given: text } })
}

/** Is the request's version of this day or later? Those with numbers are older than any day that is asked about. */
export function sinceDate(request: WireRequest, date: string): boolean {
  const version = parse(given(request))
  return version !== undefined && 'date' in version && version.date >= date
}

/** Members that came with 7.3 are left out of older answers (key-vault.md 1.2). */
export function since73(request: WireRequest): boolean {
  const version = parse(given(request))
  if (version === undefined) return true
  return 'date' in version ? version.date >= firstDateSince73 : version.major > 7 || version.minor >= 3
}
