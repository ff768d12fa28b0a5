import type { WireRequest } from '#protocols/http/request.ts'

const constant = {
  'cache-control': 'no-cache',
  pragma: 'no-cache',
  expires: '-1',
  'strict-transport-security': 'max-age=31536000;includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-ms-keyvault-service-version': '1.9.2000.1',
} as const

const correlationCharactersMax = 256

/** The id by which a client finds its request again, echoed as it came. */
export function clientRequestId(request: WireRequest): string | undefined {
  const id = request.header('x-ms-client-request-id')
  return id === undefined || id.length > correlationCharactersMax ? undefined : id
}

/** The header set of every answer (key-vault.md 1.1). */
export function headers(
  location: string,
  { request, requestId }: { readonly request: WireRequest; readonly requestId: string },
): Readonly<Record<string, string>> {
  const id = clientRequestId(request)
  const [connection, family] = request.remoteAddress.includes(':') ? ['Ipv6', 'InterNetworkV6'] : ['Ipv4', 'InterNetwork']
  return {
    ...constant,
    'x-ms-request-id': requestId,
    ...(id !== undefined && { 'x-ms-client-request-id': id }),
    'x-ms-keyvault-region': location,
    'x-ms-keyvault-network-info': `conn_type=${connection};addr=${request.remoteAddress};act_addr_fam=${family};`,
  }
}
