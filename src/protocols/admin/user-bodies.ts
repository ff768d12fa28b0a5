import { z } from 'zod'
import type { Needs } from '#domain/context.ts'
import type { AdminSite } from './site.ts'

export const userName = z.string().regex(/^[^@\s]+@[^@\s]+$/, 'a user is named as NAME@DOMAIN')
/** What is wrong with a password is judged where it is set; here only that nobody sends a book. */
export const userPassword = z.string().max(1_024, 'a password has 256 characters at most')

/** The tenant whose domain the name ends in; of a domain that nobody has, the first one, which says so. */
export const tenantOfName = ({ identity }: Needs<'identity'>, { runtime }: AdminSite, name: string): string =>
  identity.index.tenantOfDomain(name.split('@')[1] ?? '')?.value.tenantId ?? runtime.tenantId
