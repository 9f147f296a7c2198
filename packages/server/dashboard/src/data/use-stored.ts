import { useState } from 'preact/hooks';

const PREFIX = 'live-online-dashboard-';

/** A setting of this browser, such as pinned sites. Without storage it lasts as long as the page. */
export function useStored<Value>(name: string, initial: Value): [value: Value, set: (value: Value) => void] {
  const [value, setValue] = useState<Value>(() => read(name) ?? initial);
  return [
    value,
    (next) => {
      setValue(next);
      try {
        localStorage.setItem(PREFIX + name, JSON.stringify(next));
      } catch {
        // The browser allows no storage.
      }
    },
  ];
}

function read<Value>(name: string): Value | undefined {
  try {
    const text = localStorage.getItem(PREFIX + name);
    return text === null ? undefined : (JSON.parse(text) as Value);
  } catch {
    return undefined;
  }
}
