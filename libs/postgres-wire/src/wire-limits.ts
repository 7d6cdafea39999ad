/** The longest packet before the first message, in bytes: what PostgreSQL itself takes (`MAX_STARTUP_PACKET_LENGTH`). */
export const startupBytesMax = 10_000;
/** The longest message that is taken as a whole, in bytes. PostgreSQL's own bound is 1 GiB. */
export const messageBytesMax = 64 * 1024 * 1024;
/** The longest answer to a request for a password, in bytes. */
export const passwordBytesMax = 16 * 1024;
