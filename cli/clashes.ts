import { UserError } from "../experiments/errors.ts";
import { realName } from "../experiments/files.ts";

/** Refuses an output that would replace a file that is read, or another output. */
export function refuseClashes(
  outputs: readonly (string | undefined)[],
  inputs: readonly string[],
): void {
  const read = new Map(inputs.map((input) => [realName(input), input]));
  const written = new Map<string, string>();
  for (const output of outputs) {
    if (output === undefined || output === "-") continue;
    const name = realName(output);
    const input = read.get(name);
    if (input !== undefined) {
      const message = `${output}: would replace ${input}, which is read; name another file`;
      throw new UserError({ message });
    }
    const other = written.get(name);
    if (other !== undefined) {
      const message = `${other} and ${output}: two outputs cannot have one name`;
      throw new UserError({ message });
    }
    written.set(name, output);
  }
}

/** @throws UserError where two flags ask for stdout, on which the text of one stands alone. */
export function refuseTwoOnStdout(flags: Readonly<Record<string, string | undefined>>): void {
  const [first, second] = Object.keys(flags).filter((flag) => flags[flag] === "-");
  if (first === undefined || second === undefined) return;
  throw new UserError({ message: `${first} - and ${second} -: stdout can take one; name a file` });
}
