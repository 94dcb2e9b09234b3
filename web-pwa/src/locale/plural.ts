/** A number with its noun, as each language counts. */

/** French: none and one are singular. */
export const manyFr = (count: number, one: string, several: string): string =>
  `${count} ${Math.abs(count) < 2 ? one : several}`;

/** English: only one is singular. */
export const manyEn = (count: number, one: string, several: string): string =>
  `${count} ${count === 1 ? one : several}`;
