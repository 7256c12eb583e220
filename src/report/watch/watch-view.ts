/** What is known of a watched group by now. */
import type { GroupReport } from '../../model/report/group-report.js';
import type { FailoverProgress, WatchedEvent, WatchMoment } from '../../model/report/watch-report.js';

export interface WatchView {
  /** null: it was not looked at yet. */
  readonly report: GroupReport | null;
  /** The last look while no failover went on, whose faults come and go; null: there was none yet. */
  readonly calm: GroupReport | null;
  /** The last one; null: none was heard of. */
  readonly failover: FailoverProgress | null;
  /** The last ones, oldest first. */
  readonly events: readonly WatchedEvent[];
}

export const NOTHING_SEEN: WatchView = { report: null, calm: null, failover: null, events: [] };

/** Events that are kept: more than any terminal shows. */
const MOST = 100;

export function viewAfter(view: WatchView, moment: WatchMoment): WatchView {
  switch (moment.kind) {
    case 'report':
      return { ...view, report: moment.report, calm: isCalm(view) ? moment.report : view.calm };
    case 'event':
      return { ...view, events: [...view.events, moment.event].slice(-MOST) };
    case 'failover':
      return { ...view, failover: moment.failover };
  }
}

/** Whether no failover goes on. */
export function isCalm({ failover }: WatchView): boolean {
  return failover?.state !== 'running';
}
