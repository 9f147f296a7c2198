import { describe, expect, it } from 'vitest';
import { extendPolicy, blocksClient } from '../../src/injection/content-security-policy.ts';

const script = 'http://localhost:1/client.js';
const needs = { script, nonce: 'n', connect: ['ws://localhost:1'] };
const extend = (policy: string): string => extendPolicy(policy, needs);

describe('a Content-Security-Policy', () => {
  it.each([
    ["default-src 'none'", `default-src 'none'; script-src ${script}; connect-src ws://localhost:1`],
    ["script-src 'self'", "script-src 'self'"],
    ['script-src *', 'script-src *'],
    ["script-src 'nonce-x' 'strict-dynamic'", "script-src 'nonce-x' 'strict-dynamic' 'nonce-n'"],
    ["script-src 'none'; connect-src 'none'", `script-src ${script}; connect-src ws://localhost:1`],
    [
      "script-src 'self'; script-src-elem a.example",
      `script-src 'self'; script-src-elem a.example ${script}`,
    ],
    ['img-src *', 'img-src *'],
    ["Script-Src 'self';;  ; script-src *", "script-src 'self'"],
    [
      "trusted-types a; require-trusted-types-for 'script'",
      "trusted-types a live-online-reload; require-trusted-types-for 'script'",
    ],
    ["trusted-types 'none'", 'trusted-types live-online-reload'],
    ['', ''],
  ])('[R7] %s is extended by what the client needs and nothing else', (policy, expected) => {
    expect(extend(policy)).toBe(expected);
  });

  it('[R7] each of several policies in one header is extended', () => {
    expect(extend("script-src 'self', connect-src 'self'")).toBe(
      "script-src 'self',connect-src 'self' ws://localhost:1",
    );
  });

  it("[R7] 'unsafe-inline' stays effective: no nonce is added beside it", () => {
    const extended = extend("script-src 'self' 'unsafe-inline'");
    expect(extended).not.toContain('nonce');
    expect(extend("script-src 'unsafe-inline'")).toBe(`script-src 'unsafe-inline' ${script}`);
  });

  it.each([
    ['sandbox allow-forms', true],
    ['sandbox allow-scripts', true],
    ['sandbox', true],
    ['sandbox Allow-Scripts allow-same-origin', false],
    ["default-src 'none'", false],
  ])('[R7] whether a sandbox blocks the client: %s', (policy, expected) => {
    expect(blocksClient(policy)).toBe(expected);
  });
});
