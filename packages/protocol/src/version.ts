/**
 * The version of the counter's protocol. Clients send it as `v` in the handshake.
 *
 * It rises only if an older counterpart would misread a new message. A new optional field, event or rejection code does
 * not raise it, because receivers ignore what they do not know. [P8]
 */
export const PROTOCOL_VERSION = 1;
