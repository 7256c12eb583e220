/**
 * The client that nodes are asked with. A module of its own so that it can be loaded when it is needed:
 * ioredis is CommonJS, of which a dynamic import sees no names once it has been bundled.
 */
export { Redis, SentinelConnector } from 'ioredis';
