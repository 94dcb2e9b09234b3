/** Everything the tablet says in French, the reference of every other language. */
export const fr = {
  units: {
    range: (from: string, to: string): string => `${from} à ${to}`,
  },
};

/** The shape every language fills. */
export type Messages = typeof fr;
