/** The kinds of steps that `up` takes. */

import type { Operation } from '../../model/step.js';
import type { Steps } from '../steps.js';

/** Every operation but those of `down`, `reset` and `failover` alone. */
export type UpOperation = Exclude<
  Operation,
  {
    readonly kind:
      | 'check-saved'
      | 'remove-unfinished'
      | 'remove-files'
      | 'remove-volumes'
      | 'prefer'
      | 'restore-priorities'
      | 'flush'
      | 'switch-back'
      | 'verify-empty'
      | 'remove-masters';
  }
>;

export type UpSteps = Steps<UpOperation>;
