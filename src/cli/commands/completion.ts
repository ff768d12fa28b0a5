import type { Run } from '#cli/command.ts'
import { CommandFailed, exits, print } from '#cli/output.ts'

/** Each asks the command itself: what it knows of is what there is. Errors of it are nobody's business at a prompt. */
const scripts: Readonly<Record<string, string>> = {
  bash: `_keystead() {
  local IFS=$'\\n'
  COMPREPLY=($("\${COMP_WORDS[0]}" __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _keystead keystead bin/keystead`,
  zsh: `#compdef keystead
_keystead() {
  local -a found
  found=("\${(@f)$("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -a found
}
compdef _keystead keystead`,
  fish: `complete -c keystead -f -a '(set -l words (commandline -opc) (commandline -ct); command $words[1] __complete $words[2..-1] 2>/dev/null)'`,
}

export const run: Run = async ({ arguments: [shell = ''] }) => {
  const script = scripts[shell]
  if (script === undefined)
    throw new CommandFailed({
      exit: exits.usage,
      code: 'Usage',
      message: `completion is for ${Object.keys(scripts).join(', ')}.`,
      next: ['keystead completion bash'],
    })
  print(script)
  return exits.good
}
