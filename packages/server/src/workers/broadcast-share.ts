/**
 * The share of a core that one worker's publishing may take. Workers that have no core of their own divide the cores, so
 * that publishing leaves them the same part of the machine, however many they are.
 */
export function broadcastShare(maxBroadcastCpu: number, workers: number, cores: number): number {
  return maxBroadcastCpu * Math.min(1, cores / workers);
}
