import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** The files of the script tag: the script, and what it loads if it needs it. */
export const widgetFiles = ['live-online', 'live-online.more'] as const;
export type WidgetFile = (typeof widgetFiles)[number];

/** A file of the widget, as it was built. */
export interface WidgetScript {
  bytes: Buffer;
  /** 16 hex digits, which are others for other bytes. */
  hash: string;
  /** Its name with the hash: an address whose content never changes. */
  immutableName: string;
  /** For the attribute `integrity`. */
  integrity: string;
}

const scripts = new Map<WidgetFile, WidgetScript>();

/** Reads the file once in a process. */
export function readWidgetScript(file: WidgetFile = 'live-online'): WidgetScript {
  let script = scripts.get(file);
  if (!script) {
    const bytes = readFileSync(createRequire(import.meta.url).resolve(`@live-online/widget/${file}.js`));
    const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
    const integrity = `sha384-${createHash('sha384').update(bytes).digest('base64')}`;
    script = { bytes, hash, immutableName: `${file}.${hash}.js`, integrity };
    scripts.set(file, script);
  }
  return script;
}
