import { UserError } from "../errors.ts";
import { suggestion } from "../suggestion.ts";
import { shellWords } from "./shellWords.ts";
import {
  ignoredFlags,
  ignoredSwitches,
  refusedFlags,
  type VllmFlag,
  vllmFlags,
} from "./vllmFlags.ts";

/** What a command line of vLLM says of a scenario. */
export interface VllmArgs {
  /** `path.to.key=value`, each in place of the file's value. */
  readonly set: readonly string[];
  /** Flags that change nothing of what is simulated. */
  readonly ignored: readonly string[];
}

/**
 * `vllm serve MODEL --tensor-parallel-size 4 …`, with or without its first words, as values of a scenario.
 * @throws UserError naming a flag that vLLM doesn't have, or that is not modelled.
 */
export function vllmArgs(text: string): VllmArgs {
  const wrong = fault(text);
  const [first, ...rest] = withoutCommand(shellWords(text, wrong));
  const isModel = first !== undefined && !first.startsWith("-");
  const set = new Map<string, string>([["engine.enable_prefix_caching", "true"]]);
  if (isModel) set.set("llm", JSON.stringify(first));
  const ignored: string[] = [];
  const words = isModel || first === undefined ? rest : [first, ...rest];
  for (const { name, value } of flagsOf(words, wrong)) {
    if (ignoredFlags.has(name) || ignoredSwitches.has(name)) ignored.push(name);
    else set.set(...saidBy(name, value, wrong));
  }
  return { set: [...set].map(([key, value]) => `${key}=${value}`), ignored };
}

interface Given {
  readonly name: string;
  readonly value: string | undefined;
}

function flagsOf(words: readonly string[], wrong: Fault): Given[] {
  const found: Given[] = [];
  let at = 0;
  while (at < words.length) {
    const given = flagOf(words[at] ?? "", wrong);
    const next = words[at + 1];
    const takesNext =
      given.value === undefined &&
      !isSwitch(given.name) &&
      next !== undefined &&
      !/^--?[a-z]/i.test(next);
    found.push(takesNext ? { ...given, value: next } : given);
    at += takesNext ? 2 : 1;
  }
  return found;
}

function withoutCommand(words: readonly string[]): readonly string[] {
  const server = ["python", "python3", "-m", "vllm.entrypoints.openai.api_server", "vllm", "serve"];
  const from = words.findIndex((word) => !server.includes(word));
  return from < 0 ? [] : words.slice(from);
}

function isSwitch(name: string): boolean {
  return ignoredSwitches.has(name) || vllmFlags[name]?.kind === "switch";
}

/** `--flag=value` is both; underscores are hyphens, as vLLM has it. */
function flagOf(word: string, wrong: Fault): Given {
  const [, flag, value] = /^(--?[a-z][\w-]*)(?:=(.*))?$/is.exec(word) ?? [];
  if (flag === undefined) {
    throw wrong(
      `expected a flag, got ${JSON.stringify(word)}; the model stands first, or after --model`,
    );
  }
  return { name: flag.replaceAll("_", "-"), value };
}

function saidBy(name: string, value: string | undefined, wrong: Fault): [string, string] {
  const refused = refusedFlags[name];
  if (refused !== undefined) throw wrong(`${name}: ${refused}`);
  const flag = vllmFlags[name];
  if (flag === undefined) {
    const names = [
      ...Object.keys(vllmFlags),
      ...ignoredFlags,
      ...ignoredSwitches,
      ...Object.keys(refusedFlags),
    ];
    throw wrong(`${name}: is no flag that is known here${suggestion(name, names)}`);
  }
  return entryOf(flag, { name, value }, wrong);
}

type Fault = (message: string) => UserError;

function entryOf(flag: VllmFlag, { name, value }: Given, wrong: Fault): [string, string] {
  if (flag.kind === "switch") {
    if (value !== undefined) throw wrong(`${name}: takes no value, got ${JSON.stringify(value)}`);
    return [flag.key, flag.value];
  }
  if (value === undefined || value === "") throw wrong(`${name}: expected a value`);
  const said = flag.read(value);
  if (said === undefined) {
    throw wrong(`${name}: expected ${flag.expected}, got ${JSON.stringify(value)}`);
  }
  return [flag.key, said];
}

function fault(text: string): Fault {
  const place = { file: `--vllm-args ${JSON.stringify(text)}` };
  return (message) => new UserError({ place, message });
}
