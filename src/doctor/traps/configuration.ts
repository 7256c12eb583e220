/** What Redis and Sentinel decide must outlive a restart: they rewrite their own configuration. Pure. */

import type { Finding } from '../../model/report/doctor-report.js';
import type { Facts } from '../facts.js';
import { found } from '../found.js';

/** SENTINEL FLUSHCONFIG failed, or a node may not write where its file is. */
export function unsavedConfiguration({ redis, sentinels }: Facts): readonly Finding[] {
  const refused = sentinels.flatMap(({ name, own }): Finding[] => {
    if (own === null || own.notSaved === null) return [];
    const message = `${name} cannot save its configuration (${own.notSaved}): a failover that it has voted for is forgotten with a restart`;
    return [found('conf-not-saved', 'problem', name, message)];
  });
  // Redis is not asked to rewrite: that would make permanent what somebody has set for a while.
  const locked = [...redis, ...sentinels].flatMap(({ name, conf }): Finding[] => {
    if (conf === null || conf.isWritable || refused.some(({ node }) => node === name)) return [];
    const message = `${name} may not write to ${conf.path}: it comes back in its old role when it is restarted after a failover`;
    return [found('conf-not-saved', 'problem', name, message)];
  });
  return [...refused, ...locked];
}

/** Redis without a file: what Sentinel makes of it is gone with the process. */
export function missingConfiguration({ redis }: Facts): readonly Finding[] {
  return redis.flatMap(({ name, own }): Finding[] => {
    if (own?.configFile !== '') return [];
    const message = `${name} runs without a configuration file: after a failover and a restart it comes back in the role of its command line`;
    return [found('conf-missing', 'warning', name, message)];
  });
}
