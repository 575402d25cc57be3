import { survivesClosedPipes } from "./terminal.ts";
import { tokenwatt } from "./tokenwatt.ts";

survivesClosedPipes();
process.exitCode = await tokenwatt(process.argv.slice(2));
