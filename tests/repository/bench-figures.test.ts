import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createFrameReader, frameOf } from '../../bench/counter/frames.mjs';
import { createJudge, merge } from '../../bench/crowd/judge.mjs';
import { mainThreadTasks } from '../../bench/dashboard/main-thread.mjs';
import { absoluteFigure, allReached, ratioFigure, showAmount } from '../../bench/lib/verdicts.mjs';
import { chart } from '../../bench/report/chart.mjs';
import { outdatedFiles, reportFiles, writeReport } from '../../bench/report/report.mjs';
import { saveResult } from '../../bench/report/results.mjs';

const repository = fileURLToPath(new URL('../..', import.meta.url));

const side = (cpuMs: number) => ({ cpuMs, messages: 1, settledMs: 1, firstTotalMs: { p50: 1, p99: cpuMs } });
const storm = {
  suite: 'storm',
  storms: [{ n: 2_000, own: side(700), stock: side(800), raw: side(630), recipe: side(29_000) }],
  figures: [ratioFigure({ name: 'storm, own client: CPU / raw ws', limit: 1.3, goal: 1.15 }, [700], [630])],
};

describe('figures of benchmarks', () => {
  it('[docs] a ratio is the median of all rounds, with their range', () => {
    const figure = ratioFigure({ name: 'a', limit: 1.5, goal: 1.2 }, [3, 5, 4], [2, 4, 4]);
    expect(figure).toMatchObject({
      value: 1.25,
      lowest: 1,
      highest: 1.5,
      verdict: 'reached',
      isGoalReached: false,
    });
  });

  it('[docs] a reference with fewer rounds is compared with all rounds of ours', () => {
    expect(ratioFigure({ name: 'a', limit: 0.1 }, [1, 2, 3], [10])).toMatchObject({
      value: 0.2,
      lowest: 0.1,
      highest: 0.3,
      verdict: 'missed',
    });
  });

  it('[docs] a value above its limit is missed, and so is the whole run', () => {
    const wanted = { name: 'CPU', limit: 0.4, unit: 's' };
    expect(allReached([absoluteFigure(wanted, [0.3, 0.4, 0.5])])).toBe(true);
    expect(allReached([absoluteFigure(wanted, [0.3]), absoluteFigure(wanted, [0.41])])).toBe(false);
  });

  it.each([
    [1.123, undefined, '1.12'],
    [1 / 16, undefined, '1/16'],
    [0.3456, 's', '0.346 s'],
  ])('[docs] %s %s is shown as %s', (amount, unit, shown) => {
    expect(showAmount(amount, unit)).toBe(shown);
  });
});

describe('the figures in the README', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'live-online-figures-'));
    onTestFinished(() => rmSync(root, { recursive: true }));
    cpSync(join(repository, 'README.md'), join(root, 'README.md'));
    cpSync(join(repository, 'docs'), join(root, 'docs'), { recursive: true });
  });

  it('[docs] are outdated after a result has been saved, until the report is written', () => {
    saveResult(root, storm);
    expect(outdatedFiles(root)).toEqual(reportFiles(root));
    writeReport(root);
    expect(outdatedFiles(root)).toEqual([]);
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    expect(readme).toMatch(/\| storm, own client: CPU \/ raw ws +\| 1\.11 /);
    expect(readFileSync(join(root, 'docs/figures-dark.svg'), 'utf8')).toContain('0.70 s');
  });

  it('[docs] are outdated after a picture was changed', () => {
    saveResult(root, storm);
    writeReport(root);
    writeFileSync(join(root, 'docs/figures-light.svg'), '<svg/>');
    expect(outdatedFiles(root)).toEqual(['docs/figures-light.svg']);
  });

  it('[docs] name the machine without its host name and paths', () => {
    const path = saveResult(root, storm);
    const { machine } = JSON.parse(readFileSync(path, 'utf8')) as { machine: object };
    expect(Object.keys(machine)).toEqual(['cpu', 'cores', 'memoryGib', 'platform', 'node']);
  });

  it('[docs] a bar that is far longer than the others is cut', () => {
    const bar = (value: number) => ({ label: `<${value}>`, value, isOurs: false });
    const draw = (values: number[]) =>
      chart([{ title: 'a', note: 'b', format: String, bars: values.map(bar) }], {
        theme: 'light',
        footer: '',
      });
    expect(draw([1, 2, 30])).toContain('<path');
    expect(draw([1, 2, 5])).not.toContain('<path');
    expect(draw([1])).toContain('&lt;1&gt;');
  });
});

describe("the benchmark's client", () => {
  const answer = Buffer.from('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n');
  const long = `42["total",1,{"resume":"${'r'.repeat(120)}"}]`;
  const frames = Buffer.concat([
    Buffer.of(0x81, 1),
    Buffer.from('2'),
    Buffer.of(0x81, 126, 0, long.length),
    Buffer.from(long),
    Buffer.of(0x88, 0),
  ]);

  it.each([1, 7, 1_000])('[docs] reads frames that arrive in chunks of %d bytes', (size) => {
    const seen: string[] = [];
    const reader = createFrameReader({
      open: () => seen.push('open'),
      text: (data, from, to) => seen.push(data.toString('utf8', from, to)),
      close: () => seen.push('close'),
      failed: (error) => seen.push(error.message),
    });
    const bytes = Buffer.concat([answer, frames]);
    for (let at = 0; at < bytes.length; at += size) {
      const chunk = Buffer.from(bytes.subarray(at, at + size));
      reader.read(chunk, chunk.length);
      chunk.fill(0);
    }
    expect(seen).toEqual(['open', '2', long, 'close']);
  });

  it('[docs] sends masked frames', () => {
    expect([...frameOf('40')]).toEqual([0x81, 0x82, 0, 0, 0, 0, 0x34, 0x30]);
  });
});

describe('samples of a crowd', () => {
  const sample = (shown: number[]) => ({ clients: 2, begun: 2, withTotal: 0, lost: 0, shown });

  it('[docs] are added up over all processes, also over those whose clients show nothing yet', () => {
    expect(merge([sample([]), sample([3, 5]), sample([2, 4])])).toEqual({
      ...sample([2, 5]),
      clients: 6,
      begun: 6,
    });
    expect(merge([sample([])]).shown).toEqual([]);
  });

  it('[docs] are wrong outside of their bounds, and not without a total', () => {
    const judge = createJudge();
    const bounds = { lowest: 9, highest: 10 };
    for (const shown of [[], [9, 10], [8, 9], [10, 11]]) judge.add('silence', sample(shown), bounds);
    expect(judge.result()).toMatchObject({ taken: 3, wrong: 2 });
    expect(judge.result().examples[0]).toEqual({
      phase: 'silence',
      shown: { lowest: 8, highest: 9 },
      bounds,
    });
  });
});

describe('the trace of a page', () => {
  const thread = (pid: number, name: string) => ({
    ph: 'M',
    name: 'thread_name',
    pid,
    tid: 1,
    args: { name },
  });
  const task = (pid: number, dur: number) => ({ ph: 'X', name: 'RunTask', pid, tid: 1, dur });

  it('[docs] the tasks are those of the busiest main thread', () => {
    const events = [
      ...[thread(1, 'CrRendererMain'), thread(2, 'CrRendererMain'), thread(3, 'CrBrowserMain')],
      ...[task(1, 5), task(2, 7), task(2, 9), task(3, 90), { ...task(1, 90), name: 'Layout' }],
    ];
    expect(mainThreadTasks(events)).toEqual([task(2, 7), task(2, 9)]);
    expect(mainThreadTasks([])).toEqual([]);
  });
});
