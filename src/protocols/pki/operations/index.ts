import type { Context } from '#domain/context.ts'
import type { Operation } from '#protocols/http/operation.ts'
import type { PkiSite } from '#protocols/pki/site.ts'
import { askStatus, readStatus } from './ask-status.ts'
import { getFile } from './get-file.ts'

/** Everything that the authorities' host answers. */
export const operations: readonly Operation<Context, PkiSite>[] = [askStatus, readStatus, getFile]
