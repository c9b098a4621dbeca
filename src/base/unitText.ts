/** Amounts with their units, for readers. */

/** `0.8 s`, `12 s`, `3 min`, `1 h 40 min`, `2 d 4 h`. */
export function durationText(seconds: number): string {
  if (seconds < 9.95) return `${(seconds > 0 ? Math.max(0.1, seconds) : 0).toFixed(1)} s`;
  if (seconds < 89.5) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.round(seconds / 3600);
  const [large, small] = hours >= 48 ? [`${Math.floor(hours / 24)} d`, hours % 24 === 0 ? "" : ` ${hours % 24} h`] : [`${Math.floor(minutes / 60)} h`, minutes % 60 === 0 ? "" : ` ${minutes % 60} min`];
  return large + small;
}

/** `12 B`, `1.5 KiB`, `3.2 MiB`, `1.1 GiB`. */
export function bytesText(bytes: number): string {
  const units = [["GiB", 1024 ** 3], ["MiB", 1024 ** 2], ["KiB", 1024]] as const;
  const [name, size] = units.find(([, size]) => bytes >= size) ?? ["B", 1];
  return `${size === 1 ? bytes : (bytes / size).toFixed(1)} ${name}`;
}
