/** A proxy auto-configuration for browsers: our names come here, every other goes its own way. `domain` is of DNS's alphabet. */
export function proxyAutoConfig(domain: string, proxyAddress: string): string {
  return `function FindProxyForURL(url, host) {
  host = host.toLowerCase().replace(/\\.$/, '')
  if (url.substring(0, 6) === 'https:' && (host === '${domain}' || host.slice(-${domain.length + 1}) === '.${domain}')) return 'PROXY ${proxyAddress}'
  return 'DIRECT'
}
`
}
