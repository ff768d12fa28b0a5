// What is secret by its look, whoever made it: nobody has to note it.

const shapes: readonly (readonly [what: string, shape: RegExp])[] = [
  ['a private key', /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/],
  ['a token', /eyJ[\w-]{16,}\.eyJ[\w-]{16,}\.[\w-]{16,}/],
  ['a private member of a JWK', /"(?:d|p|q|dp|dq|qi|k)":"[\w-]{20,}"/],
]

/** Names of the shapes that stand in the bytes. */
export function shapesIn(bytes: Buffer): readonly string[] {
  const text = bytes.toString('latin1')
  return shapes.filter(([, shape]) => shape.test(text)).map(([what]) => what)
}
