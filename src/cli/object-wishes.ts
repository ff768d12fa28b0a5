import { durationMs } from './audit-rows.ts'
import { text, texts, type Invocation } from './command.ts'
import { CommandFailed, exits } from './output.ts'

type Options = Invocation['options']

const usage = (message: string): CommandFailed => new CommandFailed({ exit: exits.usage, code: 'Usage', message })

/** A time from now (`90d`) or a date (RFC 3339), as Unix seconds. */
function moment(option: string, given: string | undefined): number | undefined {
  if (given === undefined) return undefined
  const at = /^\d{1,6}[smhd]$/.test(given) ? Date.now() + durationMs(option, given) : Date.parse(given)
  if (Number.isNaN(at)) throw usage(`${option} is a span such as 90d, or a date such as 2027-06-30.`)
  return Math.floor(at / 1_000)
}

/** What is said of a new key or secret beside what it is: attributes and tags, as the wire has them. */
export function objectWishes(options: Options): Readonly<Record<string, unknown>> {
  const [expires, notBefore] = [moment('--expires', text(options['expires'])), moment('--not-before', text(options['notBefore']))]
  const attributes = {
    ...(expires !== undefined && { exp: expires }),
    ...(notBefore !== undefined && { nbf: notBefore }),
    ...(options['disabled'] === true && { enabled: false }),
  }
  const tags = texts(options['tag']).map(tag => {
    const [name = '', ...value] = tag.split('=')
    if (name === '' || value.length === 0) throw usage('--tag is NAME=VALUE.')
    return [name, value.join('=')] as const
  })
  return {
    ...(Object.keys(attributes).length > 0 && { attributes }),
    ...(tags.length > 0 && { tags: Object.fromEntries(tags) }),
  }
}
