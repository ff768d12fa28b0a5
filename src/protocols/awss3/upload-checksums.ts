import type { SaidOfWhole } from '#domain/objects/complete-upload.ts'
import type { Upload } from '#domain/objects/records.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { algorithmNamed, checksumHeader, checksumNames, objectDigestIn, typeNames, type ChecksumName } from './checksums.ts'
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

/** What is said of the object that an upload becomes, in the words that began it. Raises `StorageRefused`. */
export function saidOfUpload(request: WireRequest, { algorithm, type, asked: chosen }: Upload['checksum']): SaidOfWhole {
  const [name, ...more] = Object.values(checksumNames).filter(one => request.header(checksumHeader(one)) !== undefined)
  if (more.length > 0) throw invalidRequest('Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.')
  if (name !== undefined && name !== algorithm)
    throw invalidRequest(
      `Checksum Type mismatch occurred, expected checksum Type: ${chosen ? algorithm : 'null'}, actual checksum Type: ${name}`,
    )
  refuseOtherType(request.header('x-amz-checksum-type')?.toUpperCase(), typeNames[type])
  const given = name === undefined ? undefined : request.header(checksumHeader(name))
  const size = sizeSaid(request.header('x-amz-mp-object-size'))
  return {
    ...(name !== undefined && given !== undefined && { checksum: objectDigestIn(given, name) }),
    ...(size !== undefined && { sizeBytes: size }),
  }
}

function refuseOtherType(said: string | undefined, type: Type): void {
  if (said === undefined || said === type) return
  if (said !== 'COMPOSITE' && said !== 'FULL_OBJECT') throw invalidRequest('Value for x-amz-checksum-type header is invalid.')
  throw invalidRequest(`The upload was created using the ${type} checksum mode. The complete request must use the same checksum mode.`)
}

function sizeSaid(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^-\d+$/.test(text)) throw invalidRequest(`Value for x-amz-mp-object-size header is less than zero: '${text.slice(0, 24)}'`)
  if (!/^\d{1,15}$/.test(text)) throw invalidRequest('Value for x-amz-mp-object-size header is invalid.')
  return Number(text)
}
