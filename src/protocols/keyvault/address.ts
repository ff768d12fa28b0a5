import type { Address } from '#protocols/http/protocol.ts'

/** The vault that a host name is of; `undefined`: of none. One label below `vault.{domain}`. */
export function vaultNameOf(hostname: string, domain: string): string | undefined {
  const suffix = `.vault.${domain}`
  if (!hostname.endsWith(suffix)) return undefined
  const name = hostname.slice(0, -suffix.length)
  return /^[a-z0-9-]+$/.test(name) ? name : undefined
}

/** `{vault}.vault.{domain}` */
export const keyVaultAddress = (domain: string): Address => ({ serves: hostname => vaultNameOf(hostname, domain) !== undefined })
