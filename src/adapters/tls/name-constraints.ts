/** What an issuer may vouch for: a name stands for itself and everything below it (RFC 5280 4.2.1.10). */
export interface PermittedNames {
  readonly dns: readonly string[]
  /** Address and mask: 8 bytes for IPv4, 32 for IPv6. */
  readonly ip: readonly Uint8Array[]
}

/** 127.0.0.0/8 and ::1/128. */
export const loopbackRanges: readonly Uint8Array[] = [
  Uint8Array.of(127, 0, 0, 0, 255, 0, 0, 0),
  Uint8Array.from({ length: 32 }, (_, i) => (i < 15 ? 0 : i === 15 ? 1 : 255)),
]

export const nameConstraintsOid = '2.5.29.30'
const sequence = 0x30
const permittedSubtrees = 0xa0
const dnsName = 0x82
const ipAddress = 0x87

/** DER of the extension's value; the X.509 library has no class for it. */
export function nameConstraints({ dns, ip }: PermittedNames): Uint8Array {
  const names = [...dns.map(name => der(dnsName, [Buffer.from(name, 'ascii')])), ...ip.map(range => der(ipAddress, [range]))]
  return der(sequence, [
    der(
      permittedSubtrees,
      names.map(name => der(sequence, [name])),
    ),
  ])
}

/** Tag, length in its shortest form, content (X.690 10.1); lengths up to 65,535. */
function der(tag: number, parts: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(parts)
  const { length } = content
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Uint8Array.of(tag, ...head), content])
}
