// Lets those who want the same thing wait in this process, one behind the other. A database's lock would make them
// wait, too, but each with a connection in hand that everybody else is short of.

/** Does the work when all earlier work of that name is done, however it ended. */
export type TakeTurn = <R>(name: string, work: () => Promise<R>) => Promise<R>;

export function createTurns(): TakeTurn {
  const last = new Map<string, Promise<unknown>>();

  return async (name, work) => {
    const before = last.get(name);
    const turn = before === undefined ? work() : before.then(work, work);
    last.set(name, turn);
    try {
      return await turn;
    } finally {
      if (last.get(name) === turn) last.delete(name);
    }
  };
}
