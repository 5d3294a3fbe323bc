//! Messages of each signal, in both encodings.

use proptest::prelude::*;

use super::definition::Definition;
use super::{Choices, LOGS, METRICS, TRACES, bytes, check_changed, check_json, choices};
use crate::otlp::generate::{changed, changes};
use crate::otlp::{logs, metrics, traces};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn logs_give_the_same_rows(data in logs::data(), choices in choices()) {
        check_json(LOGS, &bytes(&data), choices);
    }

    #[test]
    fn traces_give_the_same_rows(data in traces::data(), choices in choices()) {
        check_json(TRACES, &bytes(&data), choices);
    }

    #[test]
    fn metrics_give_the_same_rows(data in metrics::data(), choices in choices()) {
        check_json(METRICS, &bytes(&data), choices);
    }

    #[test]
    fn changed_logs_give_the_same_rows_or_are_refused_by_both(
        data in logs::data(), choices in choices(), changes in changes(),
    ) {
        let text = Definition::new().json(LOGS.1, &bytes(&data), &mut Choices::new(choices));
        check_changed(LOGS, &changed(text.into_bytes(), &changes), logs::naive);
    }

    #[test]
    fn changed_traces_give_the_same_rows_or_are_refused_by_both(
        data in traces::data(), choices in choices(), changes in changes(),
    ) {
        let text = Definition::new().json(TRACES.1, &bytes(&data), &mut Choices::new(choices));
        check_changed(TRACES, &changed(text.into_bytes(), &changes), traces::naive);
    }

    #[test]
    fn changed_metrics_give_the_same_rows_or_are_refused_by_both(
        data in metrics::data(), choices in choices(), changes in changes(),
    ) {
        let text = Definition::new().json(METRICS.1, &bytes(&data), &mut Choices::new(choices));
        check_changed(METRICS, &changed(text.into_bytes(), &changes), metrics::naive);
    }
}
