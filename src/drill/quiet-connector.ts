/**
 * The library's way to the master through the sentinels, without what it prints about connections of its own.
 * It gives up those on which it listens to sentinels while TLS is being set up on them; the server says so in
 * an alert, for which the library has no listener (ioredis 6.0), and which it prints then.
 */
import type { Redis, SentinelConnectionOptions, SentinelConnector } from 'ioredis';

/** As the library makes one. */
type Making = new (options: unknown) => SentinelConnector;

export function quiet(Base: typeof SentinelConnector): Making {
  return class extends Base {
    constructor(options: unknown) {
      super(options as SentinelConnectionOptions);
      const make: unknown = Reflect.get(this, 'connectToSentinel');
      if (typeof make !== 'function') return;
      Reflect.set(this, 'connectToSentinel', (...how: readonly unknown[]): Redis => {
        const connection: Redis = Reflect.apply(make, this, how);
        connection.on('error', () => {});
        return connection;
      });
    }
  };
}
