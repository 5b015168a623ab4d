"""What bash offers after `jaunt`, as a script.

Commands and options stand in it; the names of modules and specs are asked for, by `jaunt completion --names`.
"""

import shlex
from collections.abc import Mapping

from jaunt.commands.completion.entries import CommandEntry, Value

_BASH = """\
# What bash offers after `jaunt`. To load it: source <(jaunt completion bash)

_jaunt_names() {
    local -a place=()
    local i
    for ((i = 2; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
            --root | --config)
                [[ ${COMP_WORDS[i + 1]} == "=" ]] && place+=("${COMP_WORDS[i]}" "${COMP_WORDS[i + 2]}") ||
                    place+=("${COMP_WORDS[i]}" "${COMP_WORDS[i + 1]}") ;;
        esac
    done
    "${COMP_WORDS[0]}" completion --names="$1" "${place[@]}" 2>/dev/null
}

_jaunt() {
    local last=$COMP_CWORD current=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]}
    local module="" options="" argument="" wanted=""
    COMPREPLY=()
    # bash takes app.slug:slugify for three words, and puts what is offered in the place of the last one.
    if [[ $current == ":" ]]; then
        current="" last=$((last - 1))
        module=${COMP_WORDS[last]}:
    elif ((last > 2)) && [[ ${COMP_WORDS[last - 1]} == ":" ]]; then
        last=$((last - 2))
        module=${COMP_WORDS[last]}:
    fi
    local previous=${COMP_WORDS[last - 1]}
    [[ $current == "=" ]] && current=""
    [[ $previous == "=" ]] && previous=${COMP_WORDS[last - 2]}
    case $command in
@ENTRIES@
    esac
    case "$command $previous" in
@VALUES@
        *)
            if ((COMP_CWORD <= 1)); then
                wanted="@COMMANDS@ --help --version"
            elif [[ $current == -* ]]; then
                wanted=$options
            else
                wanted=$argument
            fi ;;
    esac
    case $wanted in
        :names)
            COMPREPLY=($(compgen -W "$(_jaunt_names "$module$current")" -- "$module$current"))
            COMPREPLY=("${COMPREPLY[@]#"$module"}") ;;
        :folders) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- "$current") ;;
        :files) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
        :*) ;;
        *) COMPREPLY=($(compgen -W "$wanted" -- "$current")) ;;
    esac
}

complete -F _jaunt jaunt
"""


def script(entries: Mapping[str, CommandEntry]) -> str:
    """Return the script; `entries` are by the names of the commands."""
    rows = []
    values = []
    for name, entry in entries.items():
        options = " ".join(option.name for option in entry.options)
        argument = shlex.quote(_bash_value(entry.argument))
        rows.append(f"        {name}) options={shlex.quote(options)} argument={argument} ;;")
        values += [
            f"        {shlex.quote(f'{name} {option.name}')}) wanted={shlex.quote(_bash_value(option.value))} ;;"
            for option in entry.options
            if option.value is not None
        ]
    script = _BASH.replace("@ENTRIES@", "\n".join(rows)).replace("@VALUES@", "\n".join(values))
    return script.replace("@COMMANDS@", " ".join(entries))


def _bash_value(value: Value | None) -> str:
    return ":" if value is None else " ".join(value.words) or f":{value.sort}"
