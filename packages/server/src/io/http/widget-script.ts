import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** The widget's script, as it was built. */
export interface WidgetScript {
  bytes: Buffer;
  /** 16 hex digits, which are others for other bytes. */
  hash: string;
  /** Its name with the hash: an address whose content never changes. */
  immutableName: string;
  /** For the attribute `integrity`. */
  integrity: string;
}

let script: WidgetScript | undefined;

/** Reads the script once in a process. */
export function readWidgetScript(): WidgetScript {
  if (!script) {
    const bytes = readFileSync(createRequire(import.meta.url).resolve('@live-online/widget/live-online.js'));
    const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
    const integrity = `sha384-${createHash('sha384').update(bytes).digest('base64')}`;
    script = { bytes, hash, immutableName: `live-online.${hash}.js`, integrity };
  }
  return script;
}
