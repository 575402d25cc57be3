/** Catalogue ids hold slashes too: a path begins with one or a dot, or ends as such files do. */
export function isPath(name: string): boolean {
  return /^[./]|\.(json|ya?ml)$/i.test(name);
}
