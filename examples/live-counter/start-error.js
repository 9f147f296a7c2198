/** Why the example cannot start, in one line that says what to do about it. */
export class StartError extends Error {
  name = 'StartError';

  /**
   * @param {any} error What listening on the port failed with.
   * @param {number} port
   * @param {string} variable What sets this port in the environment.
   */
  static from(error, port, variable) {
    const instead = port + 10 <= 65_535 ? port + 10 : port - 10;
    const remedy = `Choose another one: ${variable}=${instead} npm start`;
    const { code } = error.cause ?? error;
    if (code === 'EADDRINUSE') {
      return new StartError(`Port ${port} is in use. ${remedy}`, { cause: error });
    }
    if (code === 'EACCES') {
      return new StartError(`Port ${port} needs rights that this user has not. ${remedy}`, { cause: error });
    }
    return error;
  }
}

/**
 * A port from the environment.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {string} variable
 * @param {number} fallback Where the variable is unset or empty.
 */
export function readPort(env, variable, fallback) {
  const text = env[variable];
  if (text === undefined || text === '') return fallback;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new StartError(`${variable} must be a port from 0 to 65535, and is ${JSON.stringify(text)}.`);
}
