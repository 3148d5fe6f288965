/**
 * Milliseconds of each task: the fastest of its rounds, measured in turns. Whatever else the machine does
 * only ever adds to a round, and adds more to a long one; the fastest is what the work itself takes.
 *
 * @param rounds how often each task is timed, after two rounds that are not counted
 */
export async function interleaved<Name extends string>(
  tasks: Readonly<Record<Name, () => unknown>>,
  rounds: number,
): Promise<Record<Name, number>> {
  const names = Object.keys(tasks) as Name[];
  const samples = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = -2; round < rounds; round++) {
    for (const name of names) {
      const start = performance.now();
      await tasks[name]();
      if (round >= 0) samples.get(name)!.push(performance.now() - start);
    }
  }
  return Object.fromEntries(names.map((name) => [name, Math.min(...samples.get(name)!)])) as Record<
    Name,
    number
  >;
}
