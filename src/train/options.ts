/** Kinds of options that functions of this room share. */

import { instanceOf, type Kind, listOf } from "../base/options.js";
import { Metric } from "../metrics/metric.js";

export const metricList: Kind = listOf(instanceOf(Metric, "a metric, such as new metrics.Accuracy()"));

/** What ends a training or an evaluation early. */
export const abortSignal: Kind = instanceOf(AbortSignal, "the signal of an AbortController");
