// X.500 names as text and as RDNSequence, as Windows and .NET write them and so the service does (key-vault.md 4.5): the text begins with
// the most specific name, the sequence with the least specific; values are quoted where they hold what separates, quotes are doubled.
import { AttributeTypeAndValue, AttributeValue, Name, RelativeDistinguishedName, type Name as NameType } from '@peculiar/asn1-x509'

interface AttributeRow {
  readonly oid: string
  /** RFC 5280 A.1: ub-* and the string type that is not a choice. */
  readonly max: number
  readonly as?: 'printable' | 'ia5'
}

/** Keywords of CertStrToName; what is written back is the first keyword of its oid. */
const attributes: Readonly<Record<string, AttributeRow>> = {
  CN: { oid: '2.5.4.3', max: 64 },
  SN: { oid: '2.5.4.4', max: 64 },
  SERIALNUMBER: { oid: '2.5.4.5', max: 64, as: 'printable' },
  C: { oid: '2.5.4.6', max: 2, as: 'printable' },
  L: { oid: '2.5.4.7', max: 128 },
  S: { oid: '2.5.4.8', max: 128 },
  ST: { oid: '2.5.4.8', max: 128 },
  STREET: { oid: '2.5.4.9', max: 128 },
  O: { oid: '2.5.4.10', max: 64 },
  OU: { oid: '2.5.4.11', max: 64 },
  T: { oid: '2.5.4.12', max: 64 },
  TITLE: { oid: '2.5.4.12', max: 64 },
  DESCRIPTION: { oid: '2.5.4.13', max: 1024 },
  POSTALCODE: { oid: '2.5.4.17', max: 40 },
  POBOX: { oid: '2.5.4.18', max: 40 },
  PHONE: { oid: '2.5.4.20', max: 32, as: 'printable' },
  G: { oid: '2.5.4.42', max: 64 },
  GN: { oid: '2.5.4.42', max: 64 },
  GIVENNAME: { oid: '2.5.4.42', max: 64 },
  I: { oid: '2.5.4.43', max: 64 },
  INITIALS: { oid: '2.5.4.43', max: 64 },
  DNQUALIFIER: { oid: '2.5.4.46', max: 64, as: 'printable' },
  E: { oid: '1.2.840.113549.1.9.1', max: 255, as: 'ia5' },
  EMAIL: { oid: '1.2.840.113549.1.9.1', max: 255, as: 'ia5' },
  DC: { oid: '0.9.2342.19200300.100.1.25', max: 63, as: 'ia5' },
  UID: { oid: '0.9.2342.19200300.100.1.1', max: 256 },
}
const rows = Object.entries(attributes)

const printable = /^[A-Za-z0-9 '()+,\-./:=?]*$/
const ascii = /^[\x20-\x7e]*$/
const dotted = /^(?:OID\.)?([0-2](?:\.(?:0|[1-9]\d{0,15})){1,20})$/i

/** What one part of the text says, `type=value`, values without their quotes. */
interface Part {
  readonly type: string
  readonly value: string
  /** Does another of the same relative name follow? */
  readonly joined: boolean
}

const part = /\s*([A-Za-z0-9.]+)\s*=\s*(?:"((?:[^"]|"")*)"\s*|([^,;+"]*))([,;+]|$)/y

/** `undefined` where the text does not follow the grammar to its end. */
function partsOf(text: string): readonly Part[] | undefined {
  const parts: Part[] = []
  part.lastIndex = 0
  for (let end = ','; end !== '';) {
    const found = part.exec(text)
    if (found === null) return undefined
    const [, type = '', quoted, plain = '', separator = ''] = found
    parts.push({ type, value: quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'), joined: separator === '+' })
    end = separator
  }
  return parts
}

function attributeOf({ type, value }: Part): AttributeTypeAndValue | undefined {
  const oid = dotted.exec(type)?.[1]
  const keyword = type.toUpperCase()
  const row = oid === undefined ? (Object.hasOwn(attributes, keyword) ? attributes[keyword] : undefined) : { oid, max: 1024 }
  if (row === undefined || value === '' || Array.from(value).length > row.max) return undefined
  const encoded = valueOf(value, row)
  return encoded === undefined ? undefined : new AttributeTypeAndValue({ type: row.oid, value: encoded })
}

/** PrintableString where it holds the value, else UTF8String (RFC 5280 4.1.2.4). */
function valueOf(value: string, { oid, as }: AttributeRow): AttributeValue | undefined {
  if (as === 'ia5') return ascii.test(value) ? new AttributeValue({ ia5String: value }) : undefined
  if (printable.test(value)) {
    if (oid === '2.5.4.6' && value.length !== 2) return undefined
    return new AttributeValue({ printableString: value })
  }
  return as === 'printable' ? undefined : new AttributeValue({ utf8String: value })
}

/** The name that a text says; `undefined` where it is none. The empty text is the empty name. */
export function nameOf(text: string): NameType | undefined {
  if (text.trim() === '') return new Name()
  const parts = partsOf(text)
  if (parts === undefined) return undefined
  const names: AttributeTypeAndValue[][] = [[]]
  for (const one of parts) {
    const attribute = attributeOf(one)
    if (attribute === undefined) return undefined
    names.at(-1)?.push(attribute)
    if (!one.joined) names.push([])
  }
  const filled = names.filter(name => name.length > 0).map(name => new RelativeDistinguishedName(name))
  return new Name(filled.reverse())
}

/** How a name is read: the reverse. */
export function textOf(name: NameType): string {
  return [...name]
    .reverse()
    .map(relative => [...relative].map(({ type, value }) => `${keywordOf(type)}=${quoted(value.toString())}`).join(' + '))
    .join(', ')
}

const keywordOf = (oid: string): string => rows.find(([, row]) => row.oid === oid)?.[0] ?? `OID.${oid}`

const quoted = (value: string): string => (/[,+="\n<>#;]|^\s|\s$|^$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)
