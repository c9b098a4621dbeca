/** Paths in the commands that messages advise. */

/** `path` as one word of a shell's command line: as it is, or in single quotes where the shell would read more into it. */
export function shellPath(path: string): string {
  const safe = path.startsWith("-") ? `./${path}` : path;
  return /^[\w./:@%+,=-]+$/.test(safe) ? safe : `'${safe.replaceAll("'", "'\\''")}'`;
}
