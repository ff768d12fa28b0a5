import type { Answer } from '#protocols/http/answer.ts'
import { element, elements, type XmlValue } from '#protocols/aws/xml.ts'

const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/'

/** Lists repeat their element, as the service writes them. */
export const xmlAnswer = (
  name: string,
  members: Readonly<Record<string, XmlValue>>,
  headers: Readonly<Record<string, string>> = {},
): Answer => ({
  status: 200,
  headers: { 'content-type': 'application/xml', ...headers },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n${element(name, elements(members, 'flat'), { xmlns: namespace })}`,
})

/** Times in answers have milliseconds. */
export const xmlTime = (at: number): string => Temporal.Instant.fromEpochMilliseconds(at).toString({ smallestUnit: 'millisecond' })
