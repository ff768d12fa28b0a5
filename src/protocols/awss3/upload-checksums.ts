import type { Upload } from '#domain/objects/records.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { algorithmNamed, type ChecksumName } from './checksums.ts'
import { invalidRequest } from './refusals.ts'

type Type = 'FULL_OBJECT' | 'COMPOSITE'

/** What may be made of the checksums of parts, the usual first (S3 User Guide, "Checking object integrity"). */
const typesOf: Readonly<Record<ChecksumName, readonly Type[]>> = {
  crc32: ['COMPOSITE', 'FULL_OBJECT'],
  crc32c: ['COMPOSITE', 'FULL_OBJECT'],
  crc64nvme: ['FULL_OBJECT'],
  sha1: ['COMPOSITE'],
  sha256: ['COMPOSITE'],
}

export interface UploadChecksum {
  readonly kept: Upload['checksum']
  readonly headers: Readonly<Record<string, string>>
}

/** What is kept of each part and of the whole; and what is said of it where the client said something. Raises `StorageRefused`. */
export function uploadChecksum(request: WireRequest): UploadChecksum {
  const algorithm = algorithmNamed(request.header('x-amz-checksum-algorithm'))
  const type = request.header('x-amz-checksum-type')?.toUpperCase()
  if (algorithm !== undefined) return asked(algorithm, type)
  if (type !== undefined) throw invalidRequest('The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.')
  return { kept: { algorithm: 'crc64nvme', type: 'whole', asked: false }, headers: {} }
}

function asked(algorithm: ChecksumName, type: string | undefined): UploadChecksum {
  const chosen = typesOf[algorithm].find(one => type === undefined || one === type)
  if (chosen === undefined)
    throw invalidRequest(`The ${type?.slice(0, 32)} checksum type cannot be used with the ${algorithm} checksum algorithm.`)
  return {
    kept: { algorithm, type: chosen === 'FULL_OBJECT' ? 'whole' : 'composite', asked: true },
    headers: { 'x-amz-checksum-algorithm': algorithm.toUpperCase(), 'x-amz-checksum-type': chosen },
  }
}
