/** What `start` tells when the instance answers, active or sealed. */
export interface Readiness {
  readonly ready: boolean
  readonly seconds: number
  /** Absent: there is no TLS until it is unsealed. */
  readonly port?: number | undefined
  readonly seals: readonly string[]
  readonly state: string
  readonly pid: number
  readonly domain: string
  readonly dataDir: string
  readonly proxyPort?: number | undefined
  /** It opens without anybody present, by a file on the same machine. */
  readonly development: boolean
  /** Why it is sealed, if it is. */
  readonly because?: string | undefined
}

/** The same for people. */
export function readyLines({
  seconds,
  port,
  seals,
  state,
  domain,
  dataDir,
  proxyPort,
  development,
  because = '',
}: Readiness): readonly string[] {
  const where = [
    port === undefined ? 'no TLS until it is unsealed' : `https://localhost:${port}`,
    domain,
    proxyPort === undefined ? 'no proxy' : `proxy 127.0.0.1:${proxyPort}`,
  ]
  const kinds = [...new Set(seals)].join(', ')
  const first = `Ready in ${seconds.toFixed(2)} s  ${where.join('  ')}`
  if (state === 'sealed')
    return [`${first}  sealed (${kinds}): keystead unseal`, `because ${because}`, `next: bin/keystead unseal --data ${dataDir}`]
  return [
    `${first}  seal ${kinds}${development ? ' (development)' : ''}`,
    'next: bin/keystead exec -- az keyvault list',
    `      eval "$(bin/keystead env)"   then az, Python, JavaScript, Go as they are: DefaultAzureCredential, https://NAME.vault.${domain}`,
  ]
}
