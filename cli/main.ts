import { survivesClosedPipes } from "./terminal.ts";
import { tokenwatt } from "./tokenwatt.ts";

survivesClosedPipes();
// Nothing is awaited at the top: the bundle is made of scripts, which cannot.
void tokenwatt(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
