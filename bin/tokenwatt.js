#!/usr/bin/env node
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

process.env.NODE_ENV ??= "production";
const main = fileURLToPath(new URL("../dist/bundle/main.cjs", import.meta.url));
if (existsSync(main)) {
  createRequire(import.meta.url)(main);
} else {
  process.stderr.write("tokenwatt is not built yet: run npm run build\n");
  process.exitCode = 1;
}
