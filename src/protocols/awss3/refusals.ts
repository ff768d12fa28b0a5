import { Problem } from '#model/problem.ts'

/** What only this service says, by its own name of it. */
export const refused = (code: string, message: string, status = 400): Problem =>
  new Problem({ code: 'StorageRefused', details: { status, code, message } })

export const invalidArgument = (message: string): Problem => refused('InvalidArgument', message)
export const invalidRequest = (message: string): Problem => refused('InvalidRequest', message)
export const malformed = (): Problem =>
  refused('MalformedXML', 'The XML you provided was not well-formed or did not validate against our published schema')
export const notImplemented = (): Problem =>
  refused('NotImplemented', 'A header or query you provided implies functionality that is not implemented.', 501)
