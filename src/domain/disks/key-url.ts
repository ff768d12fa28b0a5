/** A versioned key URL of a vault of this instance, as the caller spells it (port included). */
export interface KeyUrl {
  readonly vault: string
  readonly name: string
  /** 32 lower-case hex digits. */
  readonly version: string
  /** Everything before the version, without a slash at the end: the key, whatever its version. */
  readonly key: string
}

const shape = /^https:\/\/([a-z0-9-]{3,24})\.vault\.([^/:]+)(?::\d{1,5})?\/keys\/([0-9a-z-]{1,127})\/([0-9a-f]{32})\/?$/i

/** `undefined` where it is none, names no version, or leads to another installation's domain. */
export function parseKeyUrl(text: string, domain: string): KeyUrl | undefined {
  const [, vault, host, name, version] = shape.exec(text) ?? []
  if (vault === undefined || host === undefined || name === undefined || version === undefined) return undefined
  if (host.toLowerCase() !== domain.toLowerCase()) return undefined
  return { vault, name, version: version.toLowerCase(), key: text.slice(0, text.toLowerCase().lastIndexOf(`/${version.toLowerCase()}`)) }
}

/** The same key in another version, spelled alike. */
export const withVersion = (url: KeyUrl, version: string): string => `${url.key}/${version}`
