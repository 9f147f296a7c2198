import { describe, expect, it } from 'vitest';
import { listenFailed } from '../src/errors.ts';

function failure(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`listen ${code}: something`), { code });
}

describe('errors at start', () => {
  it.each([
    ['EADDRINUSE', 'port-in-use', /^port 80 is in use: choose another port/],
    ['EACCES', 'port-forbidden', /^no right to listen on port 80: choose a port from 1024 on/],
    ['EPERM', 'port-forbidden', /^no right to listen on port 80/],
    ['EADDRNOTAVAIL', 'host-unknown', /is no address of this machine: choose another host$/],
    ['ENOTFOUND', 'host-unknown', /is no address of this machine/],
    ['EMFILE', 'listen-failed', /^cannot listen on port 80: listen EMFILE/],
  ])('[C11] %s is told as %s, with what to do', (system, code, message) => {
    const cause = failure(system);
    const error = listenFailed(cause, undefined, 80);
    expect(error).toMatchObject({ code, cause });
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('\n');
  });

  it('[C11] names the host that was asked for', () => {
    expect(listenFailed(failure('EADDRINUSE'), '::1', 8081).message).toMatch(/^::1, port 8081 is in use/);
    expect(listenFailed(failure('ENOTFOUND'), 'nowhere', 8081).message).toMatch(/^nowhere is no address/);
  });
});
