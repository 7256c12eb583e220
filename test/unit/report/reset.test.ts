import { describe, expect, it } from 'vitest';
import type { ResetResult } from '../../../src/group/reset.js';
import { LogReporter } from '../../../src/report/log-reporter.js';
import { resetText } from '../../../src/report/reset-text.js';
import { plain, Recorder } from './fixtures.js';
