import { jsonDepthMax, jsonMembersMax } from '#model/limits.ts'
import { Problem } from '#model/problem.ts'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const refuse = (message: string): never => {
  throw new Problem({ code: 'InvalidBody', details: { message } })
}

/**
 * JSON as RFC 8259 has it, and stricter: valid UTF-8, no member twice, at most 32 deep and 10,000 members (security-and-reliability.md 5.3).
 * Raises `InvalidBody`, never with a value in it.
 */
export function parseStrictJson(bytes: Uint8Array): unknown {
  let text: string
  try {
    text = decoder.decode(bytes)
  } catch {
    return refuse('The body is not UTF-8.')
  }
  scan(text)
  try {
    return JSON.parse(text)
  } catch {
    return refuse('The body is not JSON.')
  }
}

interface Container {
  readonly names: Set<string> | undefined
}

/** Walks the structure alone; whether it is JSON at all is the parser's word. */
function scan(text: string): void {
  const open: Container[] = []
  let commas = 0
  for (let at = 0; at < text.length; at++) {
    const step = steps[text.charCodeAt(at)]
    if (step === undefined) continue
    if (step === 'string') at = readString(text, at, open.at(-1))
    else if (step === 'close') open.pop()
    else if (step === 'comma') commas += 1
    else open.push({ names: step === 'object' ? new Set() : undefined })
    if (open.length > jsonDepthMax) refuse(`The body is nested more than ${jsonDepthMax} deep.`)
    if (commas > jsonMembersMax) refuse(`The body has more than ${jsonMembersMax} members.`)
  }
}

/** What a character begins or ends, outside strings. */
const steps: Readonly<Partial<Record<number, 'string' | 'object' | 'array' | 'close' | 'comma'>>> = {
  0x22: 'string',
  0x7b: 'object',
  0x5b: 'array',
  0x7d: 'close',
  0x5d: 'close',
  0x2c: 'comma',
}

/** Answers where the string ends; notes it where it is the name of a member. */
function readString(text: string, start: number, container: Container | undefined): number {
  const end = endOfString(text, start)
  if (isName(text, end)) noteName(container, text.slice(start, end + 1))
  return end
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x5c) at += 1
    else if (code === 0x22) return at
  }
  return refuse('The body is not JSON.')
}

function isName(text: string, end: number): boolean {
  for (let at = end + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x3a) return true
    if (code !== 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d) return false
  }
  return false
}

function noteName(container: Container | undefined, quoted: string): void {
  if (container?.names === undefined) return
  const name = quoted.includes('\\') ? unescaped(quoted) : quoted
  if (container.names.has(name)) refuse('The body has a member twice.')
  container.names.add(name)
}

function unescaped(quoted: string): string {
  try {
    return JSON.stringify(JSON.parse(quoted))
  } catch {
    return refuse('The body is not JSON.')
  }
}
