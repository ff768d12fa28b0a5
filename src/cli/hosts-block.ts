/** A block of our own in a file of hosts: everything else in it stays as it is, byte for byte. */
export interface HostsBlock {
  /** Whose it is: several instances have a block each. */
  readonly domain: string
  readonly names: readonly string[]
}

const begin = (domain: string): string => `# keystead ${domain}: begin`
const end = (domain: string): string => `# keystead ${domain}: end`

export const linesOf = ({ domain, names }: HostsBlock): string =>
  [begin(domain), ...names.flatMap(name => [`127.0.0.1 ${name}`, `::1 ${name}`]), end(domain)].join('\n')

/** The file without the block; `undefined` where its beginning has no end: somebody edited it, and nothing is guessed. */
export function withoutBlock(text: string, domain: string): string | undefined {
  const lines = text.split('\n')
  const from = lines.indexOf(begin(domain))
  if (from === -1) return text
  const to = lines.indexOf(end(domain), from)
  return to === -1 ? undefined : lines.toSpliced(from, to - from + 1).join('\n')
}

/** The file with the block at its end, in place of an earlier one. */
export function withBlock(text: string, block: HostsBlock): string | undefined {
  const rest = withoutBlock(text, block.domain)
  if (rest === undefined) return undefined
  const kept = rest === '' || rest.endsWith('\n') ? rest : `${rest}\n`
  return `${kept}${linesOf(block)}\n`
}
