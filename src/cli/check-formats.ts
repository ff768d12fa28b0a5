import { listOf, memberOf, textOf } from './json-value.ts'
import { packageVersion } from './package-version.ts'

// What other tools read of a checklist: SARIF 2.1.0 (OASIS), and the XML of JUnit that CI systems have in common.

const of = (value: unknown, name: string): string => textOf(memberOf(value, name))

/** One result a line of the checklist; what is good is there as such (`kind: pass`). */
export function sarif(report: unknown): object {
  const checks = listOf(memberOf(report, 'checks'))
  const results = checks.flatMap(one =>
    listOf(memberOf(one, 'items')).map(item => {
      const state = of(item, 'state')
      const next = listOf(memberOf(item, 'next')).map(textOf)
      return {
        ruleId: of(item, 'check'),
        kind: state === 'good' ? 'pass' : state === 'note' ? 'informational' : 'fail',
        // Only what fails may have a level (SARIF 3.27.9, 3.27.10).
        level: state === 'bad' ? 'error' : 'none',
        message: { text: [`${of(one, 'name')}: ${of(item, 'text')}`, ...next].join('\n') },
        locations: [{ logicalLocations: [{ fullyQualifiedName: of(one, 'id'), name: of(one, 'name'), kind: 'resource' }] }],
      }
    }),
  )
  const rules = [...new Set(results.map(({ ruleId }) => ruleId))].map(id => ({ id }))
  const driver = {
    name: 'keystead verify',
    version: packageVersion(),
    informationUri: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/',
    rules,
  }
  return { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [{ tool: { driver }, results }] }
}

const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    // XML has no way to write them.
    .replaceAll(/[^\t\n\r\u0020-\uFFFD]/g, '\uFFFD')

/** One suite a resource, one case a line. */
export function junit(report: unknown): string {
  const checks = listOf(memberOf(report, 'checks'))
  const failures = (items: readonly unknown[]): number => items.filter(item => of(item, 'state') === 'bad').length
  const suites = checks.map(one => {
    const items = listOf(memberOf(one, 'items'))
    const cases = items.map(item => {
      const opening = `    <testcase classname="${escaped(of(one, 'id'))}" name="${escaped(of(item, 'check'))}"`
      const text = escaped([of(item, 'text'), ...listOf(memberOf(item, 'next')).map(textOf)].join('\n'))
      if (of(item, 'state') === 'bad')
        return `${opening}>\n      <failure message="${escaped(of(item, 'text'))}">${text}</failure>\n    </testcase>`
      return `${opening}>\n      <system-out>${text}</system-out>\n    </testcase>`
    })
    return `  <testsuite name="${escaped(of(one, 'name'))}" tests="${items.length}" failures="${failures(items)}">\n${cases.join('\n')}\n  </testsuite>`
  })
  const all = checks.flatMap(one => listOf(memberOf(one, 'items')))
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="keystead verify" tests="${all.length}" failures="${failures(all)}">\n${suites.join('\n')}\n</testsuites>`
}
