// The one gate: format, lint, types, dead code, tests.
import { step } from './run.ts'

const places = ['src', 'tests', 'tools', 'bench', 'demo'] as const

step('format', ['oxfmt', '--check', ...places])
step('lint', ['oxlint', ...places])
step('types', ['tsc'])
step('dead code', ['knip'])
if (!process.argv.includes('--no-tests')) step('tests', [process.execPath, 'tools/test.ts'])
