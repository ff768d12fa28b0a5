import { z } from 'zod'
import type { Scope } from '#model/brands.ts'
import { issuerScope } from '#domain/certificates/reference.ts'
import { objectScope, type Collection } from '#domain/vault-objects/reference.ts'
import { pageSizeMax } from './limits.ts'
import type { VaultSite } from './site.ts'

/** Quoted in a refusal, as the service does; a name, never a value. */
const shown = (input: unknown): string => String(input).slice(0, 200)

const objectName = z
  .string()
  .regex(/^[0-9a-zA-Z-]{1,127}$/, { error: issue => `The request URI contains an invalid name: ${shown(issue.input)}` })

const versionId = z
  .string()
  .regex(/^[0-9a-fA-F]{32}$/, { error: issue => `The request URI contains an invalid version: ${shown(issue.input)}` })
  .transform(text => text.toLowerCase())

export const noParams = z.object({})
export const namedObject = z.object({ name: objectName })
/** An object, and its current version where none is named. */
export const versionedObject = z.object({ name: objectName, version: versionId.default('current') })

export const noQuery = z.object({})
const pageSize = `The query parameter "maxresults" must be an integer from 1 to ${pageSizeMax}.`
const pageMembers = {
  maxresults: z
    .string()
    .regex(/^\d{1,2}$/, { error: pageSize })
    .transform(Number)
    .refine(size => size >= 1 && size <= pageSizeMax, { error: pageSize })
    .optional(),
  $skiptoken: z.string().optional(),
}
export const pageQuery = z.object(pageMembers)
/** Of certificates: with those whose first version is still asked for. */
export const pendingPageQuery = z.object({
  ...pageMembers,
  includepending: z
    .string()
    .regex(/^(?:true|false)$/i, { error: 'The query parameter "includePending" must be true or false.' })
    .transform(text => text.toLowerCase() === 'true')
    .default(false),
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
export const scopeOfCertificate = scopeOf('certificates')

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
export const urlOfCertificate = urlOf('certificates')
export const urlOfDeletedCertificate = urlOfDeleted('certificates')

export const requestQuery = z.object({ request_id: z.string().max(100).optional() })
export const scopeOfIssuer = ({ site, params }: AtObject): Scope => issuerScope(site.vault.value, params.name)
export const urlOfIssuer = ({ site, params }: AtObject): string => `${site.baseUrl}/certificates/issuers/${params.name}`
