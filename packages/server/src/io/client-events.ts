import { isTabs, normalizePath } from '@live-online/protocol';
import type { Membership } from '../core/membership.ts';

/**
 * Applies an event of a client. [P22]
 *
 * @param event the name and the arguments as they were received.
 * @returns whether it is an event of the protocol. All others are ignored.
 */
export function applyEvent(membership: Membership, event: unknown): boolean {
  const [name, value] = Array.isArray(event) ? (event as unknown[]) : [];
  if (name === 'page') {
    const page = typeof value === 'string' ? normalizePath(value) : undefined;
    if (page !== undefined) membership.setDetails({ page });
    return page !== undefined;
  }
  if (name !== 'tabs' || !isTabs(value)) return false;
  membership.setDetails({ tabs: value });
  return true;
}
