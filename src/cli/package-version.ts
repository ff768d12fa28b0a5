import { readFileSync } from 'node:fs'
import { memberOf, textOf } from './json-value.ts'

export function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL(import.meta.resolve('#package')), 'utf8'))
  return textOf(memberOf(manifest, 'version'))
}
