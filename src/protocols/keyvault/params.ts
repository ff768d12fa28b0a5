import { z } from 'zod'
import type { Scope } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import { keyScope } from '#domain/keys/reference.ts'
import { pageSizeMax } from './limits.ts'
import type { VaultSite } from './site.ts'

/** Quoted in a refusal, as the service does; a name, never a value. */
const shown = (input: unknown): string => String(input).slice(0, 200)

const keyName = z
  .string()
  .regex(/^[0-9a-zA-Z-]{1,127}$/, { error: issue => `The request URI contains an invalid name: ${shown(issue.input)}` })

/** Where a version stands, words stand too that only pools know: a vault has no such address (key-vault.md 2.10). */
const poolWords = new Set(['attestation'])

const versionId = z
  .string()
  .regex(/^[0-9a-fA-F]{32}$/, {
    error(issue) {
      const text = shown(issue.input)
      if (poolWords.has(text.toLowerCase())) throw new Problem({ code: 'UnknownRoute' })
      return `The request URI contains an invalid version: ${text}`
    },
  })
  .transform(text => text.toLowerCase())

export const noParams = z.object({})
export const namedKey = z.object({ name: keyName })
/** A key, and its current version where none is named. */
export const versionedKey = z.object({ name: keyName, version: versionId.default('current') })

export const noQuery = z.object({})
const pageSize = `The query parameter "maxresults" must be an integer from 1 to ${pageSizeMax}.`
export const pageQuery = z.object({
  maxresults: z
    .string()
    .regex(/^\d{1,2}$/, { error: pageSize })
    .transform(Number)
    .refine(size => size >= 1 && size <= pageSizeMax, { error: pageSize })
    .optional(),
  $skiptoken: z.string().optional(),
})
export type PageQuery = z.output<typeof pageQuery>

interface AtKey {
  readonly site: VaultSite
  readonly params: { readonly name: string; readonly version?: string }
}

export const scopeOfKey = ({ site, params }: AtKey): Scope => keyScope(site.vault.value, params.name)
export const scopeOfVault = ({ site }: Pick<AtKey, 'site'>): Scope => site.vault.value.scope

/** How an entry names what a request is about. */
export function urlOfKey({ site, params }: AtKey): string {
  const { name, version = 'current' } = params
  return `${site.baseUrl}/keys/${name}${version === 'current' ? '' : `/${version}`}`
}
export const urlOfDeletedKey = ({ site, params }: AtKey): string => `${site.baseUrl}/deletedkeys/${params.name}`
