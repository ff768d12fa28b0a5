import { z } from 'zod'
import type { Scope } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import { objectScope, type Collection } from '#domain/vault-objects/reference.ts'
import { pageSizeMax } from './limits.ts'
import type { VaultSite } from './site.ts'

/** Quoted in a refusal, as the service does; a name, never a value. */
const shown = (input: unknown): string => String(input).slice(0, 200)

const objectName = z
  .string()
  .regex(/^[0-9a-zA-Z-]{1,127}$/, { error: issue => `The request URI contains an invalid name: ${shown(issue.input)}` })

/** Where a version stands, words stand too that only pools know: a vault has no such address (key-vault.md 2.10). */
const poolWords = new Set(['attestation'])

const versionId = (refused: (text: string) => string) =>
  z
    .string()
    .regex(/^[0-9a-fA-F]{32}$/, { error: issue => refused(shown(issue.input)) })
    .transform(text => text.toLowerCase())

const invalidVersion = (text: string): string => `The request URI contains an invalid version: ${text}`
const keyVersion = versionId(text => {
  if (poolWords.has(text.toLowerCase())) throw new Problem({ code: 'UnknownRoute' })
  return invalidVersion(text)
})

export const noParams = z.object({})
export const namedObject = z.object({ name: objectName })
/** An object, and its current version where none is named. */
export const versionedObject = z.object({ name: objectName, version: versionId(invalidVersion).default('current') })
export const versionedKey = z.object({ name: objectName, version: keyVersion.default('current') })

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

interface AtObject {
  readonly site: VaultSite
  readonly params: { readonly name: string; readonly version?: string }
}

const scopeOf =
  (collection: Collection) =>
  ({ site, params }: AtObject): Scope =>
    objectScope(site.vault.value, collection, params.name)

export const scopeOfVault = ({ site }: Pick<AtObject, 'site'>): Scope => site.vault.value.scope
export const scopeOfKey = scopeOf('keys')
export const scopeOfSecret = scopeOf('secrets')

/** How an entry names what a request is about. */
const urlOf =
  (collection: Collection) =>
  ({ site, params }: AtObject): string => {
    const { name, version = 'current' } = params
    return `${site.baseUrl}/${collection}/${name}${version === 'current' ? '' : `/${version}`}`
  }
const urlOfDeleted =
  (collection: Collection) =>
  ({ site, params }: AtObject): string =>
    `${site.baseUrl}/deleted${collection}/${params.name}`

export const urlOfKey = urlOf('keys')
export const urlOfDeletedKey = urlOfDeleted('keys')
export const urlOfSecret = urlOf('secrets')
export const urlOfDeletedSecret = urlOfDeleted('secrets')
