import { isIP } from 'node:net'
import { AsnConvert, AsnUtf8StringConverter } from '@peculiar/asn1-schema'
import { GeneralName, OtherName, SubjectAlternativeName } from '@peculiar/asn1-x509'
import type { AlternativeNames } from '#ports/pki.ts'

/** Microsoft's user principal name: an other name of this type, UTF8String inside. */
const upnOid = '1.3.6.1.4.1.311.20.2.3'

const charactersMax = 1024
const ia5 = /^[\x21-\x7e]+$/
const dnsLabel = /^(?!-)[A-Za-z0-9_-]{1,63}(?<!-)$/

function isDnsName(text: string): boolean {
  const labels = text.split('.')
  const [first = '', ...rest] = labels
  return text.length <= 253 && (first === '*' ? rest.length > 0 : dnsLabel.test(first)) && rest.every(label => dnsLabel.test(label))
}

const kinds: Readonly<Record<keyof AlternativeNames, (text: string) => boolean>> = {
  emails: text => ia5.test(text) && /^[^@]+@[^@]+$/.test(text),
  dnsNames: isDnsName,
  upns: text => text.trim() !== '',
  uris: text => ia5.test(text) && URL.canParse(text),
  ipAddresses: text => isIP(text) !== 0 && !text.includes('%'),
}

export const isAlternativeName = (kind: keyof AlternativeNames, text: string): boolean => text.length <= charactersMax && kinds[kind](text)

/** `undefined` where there are none: an empty extension is no extension (RFC 5280 4.2.1.6). */
export function alternativeNamesOf(names: AlternativeNames): SubjectAlternativeName | undefined {
  const all = [
    ...names.dnsNames.map(dNSName => new GeneralName({ dNSName })),
    ...names.emails.map(rfc822Name => new GeneralName({ rfc822Name })),
    ...names.upns.map(upn => new GeneralName({ otherName: new OtherName({ typeId: upnOid, value: utf8String(upn) }) })),
    ...names.uris.map(uniformResourceIdentifier => new GeneralName({ uniformResourceIdentifier })),
    ...names.ipAddresses.map(iPAddress => new GeneralName({ iPAddress })),
  ]
  return all.length === 0 ? undefined : new SubjectAlternativeName(all)
}

const utf8String = (text: string): ArrayBuffer => AsnUtf8StringConverter.toASN(text).toBER(false)

/** What kinds of names there are here; others are left out. */
export function readAlternativeNames(extension: Uint8Array | undefined): AlternativeNames {
  const names = extension === undefined ? [] : [...AsnConvert.parse(extension, SubjectAlternativeName)]
  const pick = (of: (name: GeneralName) => string | undefined): string[] => names.map(of).filter(name => name !== undefined)
  return {
    emails: pick(name => name.rfc822Name),
    dnsNames: pick(name => name.dNSName),
    upns: pick(({ otherName }) => (otherName?.typeId === upnOid ? upnText(otherName.value) : undefined)),
    uris: pick(name => name.uniformResourceIdentifier),
    ipAddresses: pick(name => name.iPAddress),
  }
}

/** UTF8String: one tag, one definite length, text. */
function upnText(value: ArrayBuffer): string | undefined {
  const bytes = new Uint8Array(value)
  const length = bytes[1] ?? 0
  const skip = length < 0x80 ? 2 : 2 + (length & 0x7f)
  return bytes[0] === 0x0c ? new TextDecoder().decode(bytes.subarray(skip)) : undefined
}
