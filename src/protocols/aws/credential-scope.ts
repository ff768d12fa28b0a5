import type { WireRequest } from '#protocols/http/request.ts'

/** What a signature says that it is for, before anything of it is believed (General Reference, "Signature Version 4"). */
export interface CredentialScope {
  readonly accessKeyId: string
  /** `yyyymmdd` */
  readonly date: string
  /** Empty in scopes of SigV4A, which have none. */
  readonly region: string
  readonly service: string
  /** `aws4_request` */
  readonly end: string
}

/** Of the header, else of the presigned query; `undefined` where there is none that can be read. Takes a request that is not yet taken apart. */
export function credentialScope(request: WireRequest): CredentialScope | undefined {
  const header = request.header('authorization')
  if (header?.startsWith('AWS4-') === true) return scopeOf(/Credential=([^,\s]+)/.exec(header)?.[1])
  const inQuery = /(?:^|&)X-Amz-Credential=([^&]*)/i.exec(request.rawQuery)?.[1]
  return scopeOf(inQuery?.replaceAll(/%2F/gi, '/'))
}

function scopeOf(text: string | undefined): CredentialScope | undefined {
  const parts = (text ?? '').split('/')
  if (parts.length === 4 && parts[3] === 'aws4_request') parts.splice(2, 0, '')
  if (parts.length !== 5) return undefined
  const [accessKeyId = '', date = '', region = '', service = '', end = ''] = parts
  return { accessKeyId, date, region, service, end }
}
