/** Text that is markup already. Everything else is escaped where it is put in. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Part = string | Html | readonly Html[] | undefined

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, character => escapes[character] ?? '')

function markup(part: Part): string {
  if (part === undefined) return ''
  if (typeof part === 'string') return escaped(part)
  return part instanceof Html ? part.text : part.map(one => one.text).join('')
}

/** A template whose values cannot become markup. */
export const html = (texts: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  new Html(texts.map((text, at) => text + markup(parts[at])).join(''))
