import type { Run } from '#cli/command.ts'
import { topicOf, topics } from '#cli/help-topics.ts'
import { CommandFailed, exits, print, printJson } from '#cli/output.ts'
import { nearestOf } from '#config'

/** Of a code as a failure names it, in either spelling. */
export const run: Run = async ({ options, arguments: [word = ''] }) => {
  const topic = topics.get(topicOf(word)) ?? topics.get(word.toLowerCase())
  if (topic === undefined) {
    const near = nearestOf(word.toLowerCase(), [...topics.keys()])
    throw new CommandFailed({
      exit: exits.usage,
      code: 'Usage',
      message: `There is no help on ${word}.`,
      next: [`keystead help ${near}`, 'keystead --help'],
    })
  }
  if (options['json'] === true) printJson(topic)
  else {
    print(topic.code)
    print(`  ${topic.means}`)
    for (const command of topic.next) print(`  next: ${command}`)
  }
  return exits.good
}
