/** How parts of a text stand out; every function returns its text unchanged where there is no colour. */
export interface Paint {
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly accent: (text: string) => string;
  readonly good: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly bad: (text: string) => string;
}

const unchanged = (text: string): string => text;

export const plain: Paint = {
  strong: unchanged,
  faint: unchanged,
  accent: unchanged,
  good: unchanged,
  warning: unchanged,
  bad: unchanged,
};

const ansi = (on: number, off: number) => (text: string) => `\u001b[${on}m${text}\u001b[${off}m`;

export const coloured: Paint = {
  strong: ansi(1, 22),
  faint: ansi(2, 22),
  accent: ansi(36, 39),
  good: ansi(32, 39),
  warning: ansi(33, 39),
  bad: ansi(31, 39),
};
