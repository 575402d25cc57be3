/** Words as a shell parts them: quotes hold spaces, a backslash at a line's end goes on. */
export function shellWords(text: string, fault: (message: string) => Error): string[] {
  const part = /\s+|\\\r?\n|"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)|([^\s"'\\]+)|(.)/gs;
  const words: string[] = [];
  let word: string | undefined;
  for (const [whole, double, single, escaped, plain, wrong] of text.matchAll(part)) {
    if (wrong !== undefined) throw fault(`a quote ${wrong} is not closed`);
    const piece = double?.replace(/\\(["\\$`])/g, "$1") ?? single ?? escaped ?? plain;
    if (piece !== undefined && !/^\\\r?\n$/.test(whole)) {
      word = (word ?? "") + piece;
    } else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  return word === undefined ? words : [...words, word];
}
