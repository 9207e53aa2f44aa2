package main

import (
	"fmt"
	"io"
)

type completionCommand struct {
	Shell string `arg:"" set:"choices=bash,zsh,fish" help:"bash, zsh or fish."`
}

// Help shows an example.
func (completionCommand) Help() string {
	return `Examples:
  source <(bulkpatch completion bash)
  bulkpatch completion zsh > "${fpath[1]}/_bulkpatch"
  bulkpatch completion fish > ~/.config/fish/completions/bulkpatch.fish

It completes commands, flags and their values. With BULKPATCH_SERVER and BULKPATCH_KEY it completes the server's models and the newest jobs, too.`
}

func (c *completionCommand) check(r *reader) {
	if _, known := shells[c.Shell]; !known && c.Shell != "" {
		r.faults = append(r.faults, fmt.Sprintf("<shell> %q is not one of: bash, zsh, fish", c.Shell))
	}
}

// Run prints the script.
func (c *completionCommand) Run(a *app) error {
	_, err := io.WriteString(a.out, shells[c.Shell])
	return err
}

// shells are the scripts. Each asks the program for what may stand at the cursor, and
// leaves names of files to the shell.
var shells = map[string]string{
	"bash": `_bulkpatch() {
	local IFS=$'\n'
	COMPREPLY=($("${COMP_WORDS[0]}" __complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f 1))
}
complete -o default -F _bulkpatch bulkpatch
`,
	"zsh": `#compdef bulkpatch
_bulkpatch() {
	local -a found
	local line
	for line in "${(@f)$("${words[1]}" __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
		[[ -n $line ]] && found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
	done
	if (( $#found )); then
		_describe bulkpatch found
	else
		_files
	fi
}
if [[ $funcstack[1] == _bulkpatch ]]; then
	_bulkpatch "$@"
else
	compdef _bulkpatch bulkpatch
fi
`,
	"fish": `function __bulkpatch_complete
	set -l typed (commandline -opc)
	set -l program $typed[1]
	set -e typed[1]
	set -l current (commandline -ct)
	set -l found ($program __complete -- $typed "$current" 2>/dev/null)
	if set -q found[1]
		printf '%s\n' $found
	else
		__fish_complete_path "$current"
	end
end
complete -c bulkpatch -f -a '(__bulkpatch_complete)'
`,
}
