/** A part of a `User-Agent`, and the name for it. The first that matches counts: many browsers also name Chrome and Safari. */
type Names = readonly (readonly [part: RegExp, name: string])[];

const BROWSERS: Names = [
  [/\b(Edg|EdgA|EdgiOS)\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(HeadlessChrome|Chrome|CriOS)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];
const SYSTEMS: Names = [
  [/\biPad\b/, 'iPad'],
  [/\biPhone\b/, 'iPhone'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
];

/** Names a device by its browser and its system, such as `Firefox on Android`. */
export function nameDevice(userAgent: string): string {
  const browser = find(BROWSERS, userAgent) ?? 'A browser';
  const system = find(SYSTEMS, userAgent);
  return system === undefined ? browser : `${browser} on ${system}`;
}

function find(names: Names, userAgent: string): string | undefined {
  return names.find(([part]) => part.test(userAgent))?.[1];
}
