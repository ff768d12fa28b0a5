import type { Context } from '#domain/context.ts'
import type { Operation } from '#protocols/http/operation.ts'
import type { AccessSite } from '#protocols/diskaccess/site.ts'
import { getBlobProperties } from './get-blob-properties.ts'
import { readBlob } from './read-blob.ts'

export const operations: readonly Operation<Context, AccessSite>[] = [readBlob, getBlobProperties]
