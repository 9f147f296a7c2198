import { useEffect, useState } from 'preact/hooks';
import { apiAddress, sitePath } from './api.ts';
import type { LiveTotal } from './shapes.ts';

export interface LiveState {
  total: LiveTotal | undefined;
  /** Whether totals arrive at this moment. */
  isConnected: boolean;
}

const NONE: LiveState = { total: undefined, isConnected: false };

/** The totals of a site, as the server sends them. The browser reconnects by itself. */
export function useLiveTotal(site: string): LiveState {
  const [state, setState] = useState<LiveState & { site: string }>({ ...NONE, site });
  useEffect(() => {
    const source = new EventSource(apiAddress(sitePath(site, '/events')));
    source.addEventListener('total', ({ data }: MessageEvent<string>) => {
      setState({ site, total: JSON.parse(data) as LiveTotal, isConnected: true });
    });
    source.addEventListener('error', () => {
      setState((before) => ({ ...before, isConnected: false }));
    });
    return () => source.close();
  }, [site]);
  return state.site === site ? state : NONE;
}
