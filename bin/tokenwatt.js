#!/usr/bin/env node
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { load } from "./scripts.js";

process.env.NODE_ENV ??= "production";
const main = fileURLToPath(new URL("../dist/bundle/main.cjs", import.meta.url));
if (existsSync(main)) {
  load(main);
} else {
  process.stderr.write("tokenwatt is not built yet: run npm run build\n");
  process.exitCode = 1;
}
