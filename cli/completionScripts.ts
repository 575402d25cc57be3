/** What a shell completes: the words after `tokenwatt`, and those after each of its commands. */
export interface Completable {
  readonly name: string;
  readonly summary: string;
  /** What its first argument may be; files where there are none. */
  readonly choices: readonly string[];
  readonly flags: readonly { name: string; description: string; takesValue: boolean }[];
}

export function completionScript(
  shell: "bash" | "zsh" | "fish",
  commands: readonly Completable[],
): string {
  if (shell === "fish") return fish(commands);
  // zsh runs what is written for bash.
  const before = shell === "zsh" ? "autoload -U +X bashcompinit && bashcompinit\n" : "";
  return before + bash(commands);
}

const ofProgram = ["--help", "--version"];

function bash(commands: readonly Completable[]): string {
  const cases = commands.map(({ name, choices, flags }) => {
    const words = flags.map((flag) => flag.name).join(" ");
    return `    ${name}) flags="${words}"; choices="${choices.join(" ")}" ;;`;
  });
  const names = [...commands.map(({ name }) => name), ...ofProgram].join(" ");
  return `_tokenwatt() {
  local word="\${COMP_WORDS[COMP_CWORD]}" flags="" choices=""
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W "${names}" -- "$word"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
  esac
  if [[ "$word" == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$word"))
  elif ((COMP_CWORD == 2)) && [[ -n "$choices" ]]; then
    COMPREPLY=($(compgen -W "$choices" -- "$word"))
  else
    COMPREPLY=($(compgen -f -- "$word"))
  fi
}
complete -o filenames -F _tokenwatt tokenwatt
`;
}

function fish(commands: readonly Completable[]): string {
  const lines = ["complete -c tokenwatt -n __fish_use_subcommand -f"];
  for (const { name, summary, choices, flags } of commands) {
    const within = `-n "__fish_seen_subcommand_from ${name}"`;
    lines.push(
      `complete -c tokenwatt -n __fish_use_subcommand -f -a ${name} -d ${quoted(summary)}`,
      ...(choices.length === 0
        ? []
        : [`complete -c tokenwatt ${within} -f -a ${quoted(choices.join(" "))}`]),
      ...flags.map(({ name: long, description, takesValue }) => {
        const value = takesValue ? " -r" : "";
        return `complete -c tokenwatt ${within} -l ${long.slice(2)}${value} -d ${quoted(description)}`;
      }),
    );
  }
  return lines.map((line) => `${line}\n`).join("");
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
