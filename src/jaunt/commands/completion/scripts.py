"""Completions: what a shell offers after `jaunt`, as a script for bash, zsh or fish.

Commands and options stand in the script; the names of modules and specs are asked for, by `jaunt completion --names`.
"""

import argparse
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from jaunt.commands.shared.parsers import actions_of

_SORTS = {"MODULE": "names", "DIR": "folders", "FILE": "files"}
"""What stands for a value in the help, and what a shell can offer for it."""


@dataclass(frozen=True)
class Value:
    """What may stand in a place: a sort ("names", "folders", "files"), or some words; neither is anything at all."""

    sort: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Option:
    """A long option; `value` is None where it takes none."""

    name: str
    help: str
    value: Value | None


@dataclass(frozen=True)
class Entry:
    """What may follow a command: its options and, where it takes arguments, the first one."""

    summary: str
    options: tuple[Option, ...]
    argument: Value | None


def read_entry(summary: str, parser: argparse.ArgumentParser) -> Entry:
    """Return what may follow a command, by its parser."""
    options = []
    argument = None
    for action in actions_of(parser):
        help_text = action.help or ""
        name = next((each for each in action.option_strings if each.startswith("--")), None)
        value = None if action.nargs == 0 else _value(action)
        if help_text == argparse.SUPPRESS:
            continue
        if name is not None:
            options.append(Option(name, help_text, value))
        elif argument is None:
            argument = value
    return Entry(summary, tuple(options), argument)


def _value(action: argparse.Action) -> Value:
    if action.choices is not None:
        return Value(words=tuple(map(str, action.choices)))
    return Value(sort=_SORTS.get(str(action.metavar), ""))


def completion_script(shell: str, entries: Mapping[str, Entry]) -> str:
    """Return the script for a shell in SHELLS."""
    return SHELLS[shell](entries)


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


def _bash(entries: Mapping[str, Entry]) -> str:
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


_ZSH = """\
#compdef jaunt
# What zsh offers after `jaunt`. To load it, after compinit: source <(jaunt completion zsh)

_jaunt_names() {
    local -a place
    local i
    for ((i = 2; i < CURRENT; i++)); do
        case ${words[i]} in
            --root | --config) place+=("${words[i]}" "${words[i + 1]}") ;;
            --root=* | --config=*) place+=("${words[i]}") ;;
        esac
    done
    compadd -- ${(f)"$($program completion --names="$PREFIX" $place 2>/dev/null)"}
}

_jaunt() {
    local program=${words[1]}
    if ((CURRENT == 2)); then
        local -a commands=(
@COMMANDS@
        )
        _describe command commands
        return
    fi
    shift words
    ((CURRENT--))
    case ${words[1]} in
@ENTRIES@
    esac
}

if [[ ${funcstack[1]} == _jaunt ]]; then
    _jaunt "$@"
else
    compdef _jaunt jaunt
fi
"""

_ZSH_SORTS = {"names": "_jaunt_names", "folders": "_files -/", "files": "_files", "": " "}


def _zsh(entries: Mapping[str, Entry]) -> str:
    commands = [shlex.quote(f"{name}:{entry.summary}") for name, entry in entries.items()]
    cases = []
    for name, entry in entries.items():
        rows = [_zsh_option(option) for option in entry.options]
        rows += [f"*:argument:{_zsh_value(entry.argument)}"] if entry.argument is not None else []
        cases.append(f"        {name}) _arguments {' '.join(map(shlex.quote, rows))} ;;")
    script = _ZSH.replace("@COMMANDS@", "\n".join(f"            {command}" for command in commands))
    return script.replace("@ENTRIES@", "\n".join(cases))


def _zsh_option(option: Option) -> str:
    text = re.sub(r"([\[\]:\\])", r"\\\1", option.help)
    if option.value is None:
        return f"{option.name}[{text}]"
    return f"*{option.name}=[{text}]:value:{_zsh_value(option.value)}"


def _zsh_value(value: Value) -> str:
    return f"({' '.join(value.words)})" if value.words else _ZSH_SORTS[value.sort]


_FISH = """\
# What fish offers after `jaunt`. To load it: jaunt completion fish | source

function __jaunt_names
    set -l words (commandline -opc)
    set -l place
    set -l taken 0
    for word in $words
        if test $taken = 1
            set -a place $word
            set taken 0
        else if contains -- $word --root --config
            set -a place $word
            set taken 1
        else if string match -q -- '--root=*' $word; or string match -q -- '--config=*' $word
            set -a place $word
        end
    end
    set -l current (string replace -r '^--[a-z-]+=' '' -- (commandline -ct))
    $words[1] completion --names="$current" $place 2>/dev/null
end

complete -c jaunt -f
@LINES@
"""

_FISH_SORTS = {
    "names": " -x -a '(__jaunt_names)'",
    "folders": " -x -a '(__fish_complete_directories)'",
    "files": " -r -F",
    "": " -x",
}


def _fish(entries: Mapping[str, Entry]) -> str:
    lines = []
    for name, entry in entries.items():
        lines.append(f"complete -c jaunt -n __fish_use_subcommand -a {name} -d {_fish_text(entry.summary)}")
        after = f"complete -c jaunt -n '__fish_seen_subcommand_from {name}'"
        options = ((option, f" -l {option.name[2:]}{_fish_value(option.value)}") for option in entry.options)
        lines += [f"{after}{words} -d {_fish_text(option.help)}" for option, words in options]
        if entry.argument is not None and (entry.argument.words or entry.argument.sort):
            lines.append(f"{after}{_fish_value(entry.argument).replace(' -x', '').replace(' -r', '')}")
    return _FISH.replace("@LINES@", "\n".join(lines))


def _fish_value(value: Value | None) -> str:
    if value is None:
        return ""
    return f" -x -a {_fish_text(' '.join(value.words))}" if value.words else _FISH_SORTS[value.sort]


def _fish_text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


SHELLS: Mapping[str, Callable[[Mapping[str, Entry]], str]] = {"bash": _bash, "zsh": _zsh, "fish": _fish}
