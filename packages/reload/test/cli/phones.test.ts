import type { NetworkInterfaceInfo } from 'node:os';
import { encodeQR } from 'qr';
import decodeQR from 'qr/decode.js';
import { describe, expect, it } from 'vitest';
import { createPrettyLog } from '../../src/cli/log.ts';
import { networkUrls } from '../../src/cli/network-urls.ts';
import { drawModules, drawQrCode } from '../../src/cli/qr-code.ts';

const URL_OF_PHONE = 'http://192.168.178.23:8080/';
const address = (text: string, internal = false): NetworkInterfaceInfo =>
  ({ address: text, internal, family: text.includes(':') ? 'IPv6' : 'IPv4' }) as NetworkInterfaceInfo;

describe('the URLs for other devices', () => {
  const interfaces = {
    lo: [address('127.0.0.1', true), address('::1', true)],
    docker0: [address('172.17.0.1')],
    en1: [address('169.254.7.7')],
    en0: [address('fe80::1'), address('192.168.178.23')],
  };
  const at = (host: string) =>
    networkUrls({ url: `http://${host === '::' ? '[::]' : host}:8080/`, host, port: 8080 }, interfaces);

  it.each([['0.0.0.0'], ['::']])('[R20] %s is every address of the network, virtual ones last', (host) => {
    expect(at(host)).toEqual([URL_OF_PHONE, 'http://169.254.7.7:8080/', 'http://172.17.0.1:8080/']);
  });

  it('[R20] an address of the network is the one URL, and this machine has none', () => {
    expect(at('192.168.178.23')).toEqual([URL_OF_PHONE]);
    expect([at('localhost'), at('127.0.0.1')]).toEqual([[], []]);
  });
});

describe('the QR code', () => {
  const modules = encodeQR(URL_OF_PHONE, 'raw', { ecc: 'low', border: 2 });

  it.each([
    ['black on white', (text: string) => `<${text}>`, true],
    ['light on dark, without colours', (text: string) => text, false],
  ])('[R20] %s, it is read as the URL', (_name, paint, drawsDark) => {
    const lines = drawModules(modules, paint).map((line) => line.replaceAll(/[<>]/g, ''));
    expect(readCode(lines, drawsDark)).toBe(URL_OF_PHONE);
    expect(lines.length).toBeLessThan(20);
  });

  it('[R20] is printed below the addresses', async () => {
    let written = '';
    const out = { write: (text: string) => void (written += text), isTTY: true };
    createPrettyLog(out, out).listening(
      { url: 'http://0.0.0.0:8080/', host: '0.0.0.0', port: 8080 },
      {
        source: 'content',
        kind: 'folder',
        watched: ['content'],
        network: [URL_OF_PHONE],
        qrCode: await drawQrCode(URL_OF_PHONE),
        trust: [],
      },
    );
    expect(written).toMatch(/In your network at .*192\.168\.178\.23:8080[^\n]*\n[^\n]*[▀▄█ ]{20}/);
  });
});

/** Takes a picture of the lines, eight dots a module, and reads it. */
function readCode(lines: readonly string[], drawsDark: boolean): string {
  const scale = 8;
  const halves = (line: string, drawn: string): boolean[] =>
    line.split('').map((cell) => drawn.includes(cell));
  const rows = lines.flatMap((line) => [halves(line, '▀█'), halves(line, '▄█')]);
  const width = rows[0]!.length * scale;
  const height = rows.length * scale;
  const data = new Uint8Array(width * height * 4).fill(255);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (rows[Math.floor(y / scale)]![Math.floor(x / scale)] === drawsDark)
        data.fill(0, (y * width + x) * 4, (y * width + x) * 4 + 3);
  return decodeQR({ width, height, data });
}
