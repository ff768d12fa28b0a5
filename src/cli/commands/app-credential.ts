import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { ask, dataDirGiven } from '#cli/admin.ts'
import { text, type Run } from '#cli/command.ts'
import { listOf, memberOf, textOf } from '#cli/json-value.ts'
import { columns, CommandFailed, exits, note, print, printJson } from '#cli/output.ts'

export const add: { readonly run: Run } = {
  async run({ options, arguments: [application = ''] }) {
    const [days, name, cert] = ['days', 'name', 'cert'].map(option => text(options[option]))
    if (days !== undefined && !/^\d{1,3}$/.test(days))
      throw new CommandFailed({ exit: exits.usage, code: 'Usage', message: '--days is a number from 1 to 730.' })
    const made = await ask(dataDirGiven(options), {
      method: 'POST',
      path: '/applications/credentials',
      body: {
        application,
        ...(name !== undefined && { name }),
        ...(days !== undefined && { days: Number(days) }),
        ...(cert !== undefined && { certificate: certificateIn(cert) }),
      },
    })
    if (options['json'] === true) {
      printJson(made)
      return exits.good
    }
    const of = (member: string): string => textOf(memberOf(made, member))
    const what = cert === undefined ? `secret ${of('clientSecret')}` : `certificate ${of('thumbprint')}`
    print(`${of('application')}  clientId ${of('clientId')}  keyId ${of('keyId')}  ${what}  expires ${of('expires').slice(0, 10)}`)
    if (cert === undefined) note('the secret is shown this once')
    return exits.good
  },
}

/** The certificate alone leaves the file, whatever else is in it. */
function certificateIn(file: string): string {
  try {
    return new X509Certificate(readFileSync(file)).raw.toString('base64')
  } catch (cause) {
    throw new CommandFailed({
      exit: exits.usage,
      code: 'NoCertificate',
      message: `${file} holds no certificate.`,
      because:
        cause instanceof Error && 'code' in cause && cause.code === 'ENOENT' ? 'it is not there' : 'it is neither PEM nor DER of one',
      next: ['openssl req -x509 -newkey rsa:3072 -nodes -keyout key.pem -out cert.pem -subj /CN=ci -days 90'],
    })
  }
}

export const list: { readonly run: Run } = {
  async run({ options, arguments: [application = ''] }) {
    const found = await ask(dataDirGiven(options), { method: 'POST', path: '/applications/credentials/list', body: { application } })
    const credentials = listOf(memberOf(found, 'credentials'))
    if (options['json'] === true) printJson(credentials)
    else if (credentials.length > 0) print(columns(credentials.map(lineOf)))
    return exits.good
  },
}

function lineOf(credential: unknown): readonly string[] {
  const of = (member: string): string => textOf(memberOf(credential, member))
  const end = of('expires')
  const ended = end !== '' && Date.parse(end) <= Date.now() ? 'expired' : 'expires'
  const what = of('hint') === '' ? of('thumbprint') || `${of('subject')} of ${of('issuer')}` : `${of('hint')}…`
  return [of('keyId'), of('type'), of('name'), what, end === '' ? '' : `${ended} ${end.slice(0, 10)}`]
}

export const remove: { readonly run: Run } = {
  async run({ options, arguments: [application = '', keyId = ''] }) {
    const body = { application, keyId }
    const done = await ask(dataDirGiven(options), { method: 'POST', path: '/applications/credentials/remove', body })
    if (options['json'] === true) printJson(done)
    else print(`${textOf(memberOf(done, 'application'))}  ${textOf(memberOf(done, 'type'))} ${textOf(memberOf(done, 'keyId'))}  removed`)
    return exits.good
  },
}
