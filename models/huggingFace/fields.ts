/** The fields of a config.json. null counts as absent; a wrong type is an error naming the field. */
export interface Fields {
  /** Integers of at least 1; throws where the field is absent. */
  count(name: string): number;
  /** Integers of at least 0. */
  optionalCount(name: string): number | undefined;
  flag(name: string): boolean | undefined;
  word(name: string): string | undefined;
  list(name: string): readonly unknown[] | undefined;
  object(name: string): Fields | undefined;
  /** Whether the field is there and not null. */
  given(name: string): boolean;
  /** Whether it says anything: given, and not false, 0 or empty. */
  says(name: string): boolean;
  /** The error to throw about a field: "<id>: <path>: <complaint>". */
  error(name: string, complaint: string): Error;
  /** These fields, and below them `defaults` where they are absent. */
  over(defaults: Readonly<Record<string, unknown>>): Fields;
}

type JsonObject = Readonly<Record<string, unknown>>;

interface Layer {
  readonly path: string;
  readonly values: JsonObject;
}

export function fieldsOf(id: string, config: unknown): Fields {
  if (!isObject(config)) throw new Error(`${id}: expected a JSON object, found ${shown(config)}`);
  return layered(id, [{ path: "", values: config }]);
}

/** The text part of a multimodal config; what it leaves out of `inherited` is read outside it. */
export function textFields(id: string, config: unknown, inherited: readonly string[]): Fields {
  const whole = fieldsOf(id, config);
  if (!isObject(config) || whole.object("text_config") === undefined) return whole;
  const { text_config: text } = config;
  if (!isObject(text)) return whole;
  const around = Object.fromEntries(inherited.map((name) => [name, config[name]]));
  return layered(id, [
    { path: "text_config.", values: text },
    { path: "", values: around },
  ]);
}

/** The first layer that has a field wins. */
function layered(id: string, layers: readonly Layer[]): Fields {
  const find = (name: string): { value: unknown; path: string } => {
    for (const { path, values } of layers) {
      const value = values[name] ?? undefined;
      if (value !== undefined) return { value, path: path + name };
    }
    return { value: undefined, path: (layers[0]?.path ?? "") + name };
  };
  const error = (name: string, complaint: string): Error =>
    new Error(`${id}: ${find(name).path}: ${complaint}`);
  function read<T>(name: string, isOne: (value: unknown) => value is T, kind: string) {
    const { value } = find(name);
    if (value === undefined || isOne(value)) return value;
    throw error(name, `expected ${kind}, found ${shown(value)}`);
  }
  const optionalCount = (name: string) => read(name, isCount, "an integer of at least 0");
  return {
    count(name) {
      const value = optionalCount(name);
      if (value !== undefined && value > 0) return value;
      throw error(name, `${value ?? "missing"}, expected an integer of at least 1`);
    },
    optionalCount,
    flag: (name) => read(name, isFlag, "true or false"),
    word: (name) => read(name, isWord, "a string"),
    list: (name) => read(name, isList, "a list"),
    object(name) {
      const values = read(name, isObject, "an object");
      return values && layered(id, [{ path: `${find(name).path}.`, values }]);
    },
    given: (name) => find(name).value !== undefined,
    says(name) {
      const { value } = find(name);
      return Boolean(value) && !(isList(value) && value.length === 0);
    },
    error,
    over: (defaults) => layered(id, [...layers, { path: "", values: defaults }]),
  };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isFlag(value: unknown): value is boolean {
  return typeof value === "boolean";
}

function isWord(value: unknown): value is string {
  return typeof value === "string";
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
