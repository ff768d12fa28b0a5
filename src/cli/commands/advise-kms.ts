import { texts, type Run } from '#cli/command.ts'
import { kmsAdvice, kmsQuestions, type KmsAdvice, type KmsNeeds } from '#cli/kms-advice.ts'
import { CommandFailed, exits, print, printJson } from '#cli/output.ts'

export const run: Run = async ({ options }) => {
  const advice = kmsAdvice(answersIn(texts(options['answer'])))
  if (options['json'] === true) printJson(advice)
  else for (const one of advice) print(sentenceOf(one))
  return Promise.resolve(exits.good)
}

const sentenceOf = ({ needs, layers, because, commands }: KmsAdvice): string =>
  `workloads ${needs.workloads}, hardware ${needs.hardware} → ${layers.join(' + ')}, because ${because}${commands.map(command => `\n  ${command}`).join('')}`

function answersIn(given: readonly string[]): Partial<KmsNeeds> {
  const answers: { workloads?: KmsNeeds['workloads']; hardware?: KmsNeeds['hardware'] } = {}
  for (const answer of given) {
    const [question = '', value = ''] = answer.split('=', 2)
    const workloads = question === 'workloads' ? kmsQuestions.workloads.find(one => one === value) : undefined
    const hardware = question === 'hardware' ? kmsQuestions.hardware.find(one => one === value) : undefined
    if (workloads === undefined && hardware === undefined) throw unknownAnswer(answer)
    if (workloads !== undefined) answers.workloads = workloads
    if (hardware !== undefined) answers.hardware = hardware
  }
  return answers
}

const questions = Object.entries(kmsQuestions)
  .map(([question, values]) => `${question}=${values.join('|')}`)
  .join(', ')

const unknownAnswer = (answer: string): CommandFailed =>
  new CommandFailed({ exit: exits.usage, code: 'Usage', message: `--answer ${answer} is no answer: ${questions}.` })
