import { EventEmitter } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { Text, useInput } from "ink";
import { createElement } from "react";
import { expect, test } from "vitest";
import { failureOf } from "../../experiments/watch/failure.ts";
import { onTerminal } from "../../ui/onTerminal.ts";
import { Painter } from "../../ui/painter.ts";

const esc = "\u001b";
const entered = `${esc}[?1049h`;
const left = `${esc}[?1049l`;

/** A terminal that notes what it is told. */
class Fake extends EventEmitter {
  readonly isTTY = true;
  columns = 80;
  rows = 24;
  isRaw = false;
  text = "";
  #typed: string | null = null;

  write(text: string): boolean {
    this.text += text;
    return true;
  }
  type(text: string): void {
    this.#typed = text;
    this.emit("readable");
  }
  read(): string | null {
    const typed = this.#typed;
    this.#typed = null;
    return typed;
  }
  setRawMode(isRaw: boolean): void {
    this.isRaw = isRaw;
  }
  setEncoding(): void {}
  ref(): void {}
  unref(): void {}
}

function opened(onPress: () => void = () => {}, text = () => "shown") {
  const fake = new Fake();
  const abort = new AbortController();
  let fail = (_error: Error): void => {};
  const stream = fake as unknown as NodeJS.ReadStream & NodeJS.WriteStream;
  function Screen() {
    useInput(onPress);
    return createElement(Text, undefined, text());
  }
  const ended = onTerminal(
    { stdin: stream, stdout: stream, signal: abort.signal },
    {
      screens: () => createElement(Screen),
      onFailure: (end) => {
        fail = end;
      },
    },
  );
  return { fake, abort, ended, fail: (error: Error) => fail(error) };
}

function expectRestored({ text, isRaw }: Fake): void {
  expect(text.split(entered)).toHaveLength(2);
  expect(text.split(left)).toHaveLength(2);
  // Nothing is drawn on the screen that the user comes back to.
  expect(text.endsWith(`${esc}[m${esc}[?7h${esc}[?25h${left}`)).toBe(true);
  expect(isRaw).toBe(false);
}

test("a run that can't go on ends with its error, the terminal restored", async () => {
  const { fake, ended, fail } = opened();
  await sleep(50);
  expect(fake.isRaw).toBe(true);
  expect(fake.text).toContain("shown");
  fail(new Error("the run failed"));
  await expect(ended).rejects.toThrow("the run failed");
  expectRestored(fake);
});

test("what a screen throws while it is drawn ends with that error, the terminal restored", async () => {
  const { fake, ended } = opened(undefined, () => {
    throw new Error("no such row");
  });
  await expect(ended).rejects.toThrow("no such row");
  expectRestored(fake);
});

test("what nobody catches ends with that error, the terminal restored", async () => {
  const { fake, ended } = opened();
  await sleep(50);
  // As a key's handler would: vitest listens for what is thrown, too.
  process.listeners("uncaughtException").at(-1)?.(new Error("out of place"), "uncaughtException");
  await expect(ended).rejects.toThrow("out of place");
  expectRestored(fake);
});

test("what a key makes throw ends with that error, the terminal restored", async () => {
  const { fake, ended } = opened(() => {
    throw new Error("a bad key");
  });
  await sleep(50);
  const typed = () => fake.type("x");
  try {
    typed();
  } catch (error) {
    process.listeners("uncaughtException").at(-1)?.(error as Error, "uncaughtException");
  }
  await expect(ended).rejects.toThrow("a bad key");
  expectRestored(fake);
});

test("a signal ends it, the terminal restored, and nothing listens any more", async () => {
  const before = process.listenerCount("uncaughtException");
  const { fake, abort, ended } = opened();
  await sleep(50);
  expect(process.listenerCount("uncaughtException")).toBe(before + 1);
  abort.abort(new Error("interrupted"));
  await expect(ended).rejects.toThrow("interrupted");
  expectRestored(fake);
  expect(process.listenerCount("uncaughtException")).toBe(before);
  expect(fake.listenerCount("resize")).toBe(0);
});

test("only rows that changed are drawn, all of them after a resize", () => {
  const painter = new Painter();
  const size = { width: 10, height: 3 };
  const first = painter.paint("a\nb\nc\nd", size);
  expect(first).toContain(`${esc}[2J`);
  expect(first).not.toContain("d");
  expect(painter.paint("a\nb\nc", size)).toBe("");
  expect(painter.paint("a\nB\nc", size)).toBe(
    `${esc}[?2026h${esc}[2;1H${esc}[2KB${esc}[m${esc}[?2026l`,
  );
  // A row that is no longer there is erased.
  expect(painter.paint("a", size)).toContain(`${esc}[2;1H${esc}[2K${esc}[3;1H${esc}[2K`);
  expect(painter.paint("a", { width: 10, height: 4 })).toContain(`${esc}[2J${esc}[1;1H`);
});

test.each([
  ["throws", "throw new Error('a fault')", "a fault"],
  ["ends without a word", "process.exit(3)", "the thread of the run ended with code 3"],
  [
    "runs out of memory",
    "const all = []; for (;;) all.push(new Array(1000).fill(all.length));",
    "the run failed: its thread ran out of memory",
  ],
])("a thread that %s is a failure, also for who asks later", async (_how, code, reason) => {
  const worker = new Worker(code, { eval: true, resourceLimits: { maxOldGenerationSizeMb: 16 } });
  const failure = failureOf(worker);
  await new Promise((resolve) => worker.on("exit", resolve));
  const told: string[] = [];
  failure.tell((error) => told.push(error.message));
  expect(told).toEqual([reason]);
});
