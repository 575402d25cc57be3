#!/usr/bin/env node
import { existsSync } from "node:fs";

process.env.NODE_ENV ??= "production";
const main = new URL("../dist/bundle/main.js", import.meta.url);
if (existsSync(main)) {
  await import(main);
} else {
  process.stderr.write("tokenwatt is not built yet: run npm run build\n");
  process.exitCode = 1;
}
