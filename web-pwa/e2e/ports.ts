/**
 * Ports of the servers that browser tests start: each of the tests that run side by side has its own.
 *
 * For: the tablet's and the console's tests.
 */

/** More than the servers of one worker. */
const PORTS_OF_A_WORKER = 40;

/** The first port of a kind of server in this worker; the environment's variable names another. */
export function firstPort(variable: string, otherwise: number): number {
  const worker = Number(process.env['TEST_PARALLEL_INDEX'] ?? 0);
  return Number(process.env[variable] ?? otherwise) + worker * PORTS_OF_A_WORKER;
}
