/**
 * The version of the counter's wire protocol, sent by clients as `v` of their handshake.
 *
 * It is raised only when an old counterpart would misread a new message. Adding an optional field, an
 * event or a refusal code does not raise it: receivers ignore what they do not know (PROTOCOL.md, P8).
 */
export const PROTOCOL_VERSION = 1;
