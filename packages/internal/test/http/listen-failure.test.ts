import { describe, expect, it } from 'vitest';
import { describeListenFailure } from '../../src/http/listen-failure.ts';

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
  ])('[C11] %s is told as %s, with what to do', (system, code, text) => {
    const { message, ...rest } = describeListenFailure(failure(system), undefined, 80);
    expect(rest).toEqual({ code });
    expect(message).toMatch(text);
    expect(message).not.toContain('\n');
  });

  it('[C11] names the host that was asked for', () => {
    const told = (code: string, host: string): string =>
      describeListenFailure(failure(code), host, 8081).message;
    expect(told('EADDRINUSE', '::1')).toMatch(/^::1, port 8081 is in use/);
    expect(told('ENOTFOUND', 'nowhere')).toMatch(/^nowhere is no address/);
  });
});
