/** How long a run takes. */

/** Median duration of a run in ms: three runs and half a second to warm up, then at least `seconds` and five runs. */
export async function medianMs(run, seconds) {
  for (let i = 0; i < 3; i++) await run();
  for (const begin = performance.now(); performance.now() - begin < 500; ) await run();
  const times = [];
  for (const begin = performance.now(); performance.now() - begin < seconds * 1000 || times.length < 5; ) {
    const before = performance.now();
    await run();
    times.push(performance.now() - before);
  }
  times.sort((a, b) => a - b);
  return times[times.length >> 1];
}
