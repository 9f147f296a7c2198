import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FUZZ_TIMEOUT_MS, fuzzParameters } from '../../../../tests/helpers/fuzz.ts';
import { parseQuery, readQuery } from '../../src/io/lean/query.ts';

describe('query of a WebSocket', () => {
  it.each([
    ['', /websocket only/],
    ['EIO=4&transport=polling', /websocket only/],
    ['EIO=3&transport=websocket', /Engine\.IO 4/],
    ['EIO=4&transport=websocket&sid=abc', /session is unknown/],
  ])('[P1] "%s" is rejected', (query, problem) => {
    expect(readQuery(`/socket.io/?${query}`).problem).toMatch(problem);
  });

  it('[P14] the usual queries are read as any other', { timeout: FUZZ_TIMEOUT_MS }, () => {
    const value = fc.stringMatching(/^[\w.%&=-]{0,12}$/);
    const query = fc
      .record({
        join: fc.option(value),
        v: fc.option(value),
        member: fc.option(value),
        resume: fc.option(value),
        page: fc.option(value),
        tabs: fc.option(fc.oneof(value, fc.constantFrom('1', '20'))),
        'resume#2': fc.option(value),
      })
      .map((fields) =>
        Object.entries(fields).reduce(
          (text, [name, given]) => (given === null ? text : `${text}&${name.replace('#2', '')}=${given}`),
          'EIO=4&transport=websocket',
        ),
      );
    fc.assert(
      fc.property(query, (text) => {
        expect(readQuery(`/socket.io/?${text}`)).toEqual(parseQuery(text));
      }),
      fuzzParameters(1_000),
    );
  });
});
