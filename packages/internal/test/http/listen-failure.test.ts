import { describe, expect, it } from 'vitest';
import { describeListenFailure } from '../../src/http/listen-failure.ts';

function failure(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`listen ${code}: something`), { code });
}

describe('errors at start', () => {
  it.each([
    ['EADDRINUSE', 'port-in-use', /^port 80 is in use: choose another port/],
    ['EACCES', 'port-forbidden', /^permission denied \(EACCES\) for port 80: choose a port ≥ 1024/],
    ['EPERM', 'port-forbidden', /^permission denied \(EPERM\) for port 80/],
    [
      'EADDRNOTAVAIL',
      'host-unknown',
      /^address not available \(EADDRNOTAVAIL\) for port 80: choose an address/,
    ],
    ['ENOTFOUND', 'host-unknown', /^address not available \(ENOTFOUND\)/],
    ['EMFILE', 'listen-failed', /^cannot listen on port 80: listen EMFILE/],
  ])('[C11] %s becomes %s, with a message that says what to do', (system, code, text) => {
    const { message, ...rest } = describeListenFailure(failure(system), undefined, 80);
    expect(rest).toEqual({ code });
    expect(message).toMatch(text);
    expect(message).not.toContain('\n');
  });

  it('[C11] the message names the host', () => {
    const messageOf = (code: string, host: string): string =>
      describeListenFailure(failure(code), host, 8081).message;
    expect(messageOf('EADDRINUSE', '::1')).toMatch(/^::1, port 8081 is in use/);
    expect(messageOf('ENOTFOUND', 'nowhere')).toMatch(/ for nowhere, port 8081: choose an address/);
  });
});
