// ops/alerts.yaml against a scrape: a rule over a metric that nobody publishes never rings.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { parse } from 'yaml'
import { z } from 'zod'
import { removeInstance, startInstance, type Instance } from './instance.ts'

const rulesShape = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string().regex(/^Keystead[A-Z]\w+$/),
          expr: z.string(),
          for: z.string().optional(),
          labels: z.strictObject({ severity: z.enum(['warning', 'critical']) }),
          annotations: z.strictObject({ summary: z.string(), next: z.string() }),
        }),
      ),
    }),
  ),
})
const rules = rulesShape
  .parse(parse(readFileSync(join(import.meta.dirname, '..', '..', 'ops', 'alerts.yaml'), 'utf8')))
  .groups.flatMap(group => group.rules)

let instance: Instance
let scrape: string
before(async () => {
  instance = await startInstance()
  const { ports } = z.looseObject({ ports: z.looseObject({ health: z.number() }) }).parse(await instance.ask('status'))
  scrape = await (await fetch(`http://127.0.0.1:${ports.health}/metrics`)).text()
})
after(async () => {
  await instance.stop()
  await removeInstance(instance)
})

/** What is selected: names with their matchers. */
const selectorsIn = (expr: string): readonly { readonly name: string; readonly labels: string }[] =>
  [...expr.matchAll(/\b((?:keystead|process)_[a-z0-9_]+)(?![a-z0-9_=])(?:\{([^}]*)\})?/g)].map(([, name = '', labels = '']) => ({
    name,
    labels,
  }))

const published = (): ReadonlySet<string> => new Set(scrape.split('\n').flatMap(line => /^([a-z][a-z0-9_]*)[{ ]/.exec(line)?.[1] ?? []))

describe('the rules of alerts', () => {
  for (const { alert, expr } of rules) {
    test(`${alert} stands on what is published`, () => {
      const selectors = selectorsIn(expr)
      assert(selectors.length > 0, expr)
      for (const { name, labels } of selectors) {
        assert(published().has(name), `${name} is not published`)
        for (const [, label = ''] of labels.matchAll(/([a-z_]+)="/g))
          assert(new RegExp(`^${name}\\{[^}]*\\b${label}="`, 'm').test(scrape), `${name} has no label ${label}`)
      }
    })
  }

  test('states and outcomes that rules name are ones that there are', () => {
    const states = new Set([...scrape.matchAll(/^keystead_state\{keystead_state="(\w+)"/gm)].map(match => match[1] ?? ''))
    const outcomes = new Set(['ok', 'denied', 'client_error', 'server_error', 'throttled'])
    for (const { expr } of rules) {
      for (const [, state = ''] of expr.matchAll(/keystead_state="(\w+)"/g)) assert(states.has(state), state)
      for (const [, outcome = ''] of expr.matchAll(/outcome="(\w+)"/g)) assert(outcomes.has(outcome), outcome)
    }
  })

  test('a metric that nobody publishes would be found', () => {
    assert.deepEqual(selectorsIn('rate(keystead_nothing_total{outcome="ok"}[5m])'), [
      { name: 'keystead_nothing_total', labels: 'outcome="ok"' },
    ])
    assert(!published().has('keystead_nothing_total'))
  })
})
