use proptest::prelude::*;

use super::*;
use crate::cli::values::Given;

fn need(target_rows: f64, price: f64) -> Need {
    Need {
        target_rows_per_second: Some(target_rows),
        target_bytes_per_day: None,
        row_bytes: None,
        worker_cores: 1,
        price_per_month: price,
        headroom_percent: 0.0,
    }
}

fn speed(name: &str, rows_per_second: f64) -> Speed {
    Speed { name: name.to_owned(), rows_per_second, memory_bytes: Some(1 << 20) }
}

fn plan(need: Need, speeds: &[Speed]) -> Plan {
    Plan::new(need, speeds).expect("the rows are told")
}

/// 1M rows a second at $50 a worker: 18 workers and $900 against 11 and $550.
#[test]
fn the_published_sizing_comes_out() {
    let speeds = [speed("go-parquet", 55_960.0), speed("arrow", 93_113.0)];
    let plan = plan(need(1e6, 50.0), &speeds);
    let figures: Vec<(u64, f64)> =
        plan.choices.iter().map(|choice| (choice.workers, choice.cost_per_month)).collect();
    assert_eq!(figures, [(18, 900.0), (11, 550.0)]);
    let [saving] = &plan.savings[..] else { unreachable!("one is cheaper than the other") };
    assert_eq!((saving.from.as_str(), saving.to.as_str()), ("go-parquet", "arrow"));
    assert_eq!((saving.per_month, saving.percent.round()), (350.0, 39.0));
    assert!(
        plan.table().meaning.starts_with("arrow instead of go-parquet saves $350 a month (39 %).")
    );
}

#[test]
fn bytes_in_a_day_are_rows_in_a_second() {
    let bytes = Need {
        target_rows_per_second: None,
        target_bytes_per_day: Some(86_400 * 1_000 * 850),
        row_bytes: Some(850.0),
        ..need(0.0, 50.0)
    };
    assert_eq!(bytes.rows_per_second().map_err(|error| error.to_string()), Ok(1_000.0));
    let unknown = Need { row_bytes: None, ..bytes };
    assert!(unknown.rows_per_second().is_err());
    assert_eq!(unknown.with_row_bytes(1_700.0).rows_per_second().ok(), Some(500.0));
}

#[test]
fn a_whole_number_of_workers_is_not_rounded_up() {
    for headroom_percent in [0.0, 10.0, 30.0, 90.0] {
        for workers in 1..200_u64 {
            let used = 1.0 - headroom_percent / 100.0;
            let need = Need { headroom_percent, ..need(workers as f64 * 93_113.0 * used, 1.0) };
            assert_eq!(plan(need, &[speed("a", 93_113.0)]).choices[0].workers, workers);
        }
    }
}

#[test]
fn given_figures_are_read_and_nonsense_refused() {
    let given = "arrow=93113,2GiB".parse::<Given>();
    let expected =
        Speed { name: "arrow".to_owned(), rows_per_second: 93_113.0, memory_bytes: Some(2 << 30) };
    assert_eq!(given, Ok(Given(expected)));
    assert!("a=1K".parse::<Given>().is_ok_and(|given| given.0.memory_bytes.is_none()));
    for text in ["arrow", "=5", "a=0", "a=x", "a=5,many", "a=-1"] {
        assert!(text.parse::<Given>().is_err(), "{text}");
    }
}

#[test]
fn money_has_cents_only_where_it_needs_them() {
    assert_eq!([money(900.0), money(1_234.5), money(0.019)], ["$900", "$1,234.50", "$0.02"]);
}

proptest! {
    /// The workers manage the load, and one less would not.
    #[test]
    fn workers_are_enough_and_not_more(
        target in 1.0..1e9_f64,
        rows_per_second in 1.0..1e8_f64,
        worker_cores in 1..128_usize,
        headroom_percent in 0.0..99.0_f64,
    ) {
        let need = Need { worker_cores, headroom_percent, ..need(target, 3.0) };
        let plan = plan(need, &[speed("a", rows_per_second)]);
        let choice = &plan.choices[0];
        let managed = |workers: u64| workers as f64 * choice.rows_per_second_of_worker;
        prop_assert!(managed(choice.workers) >= target * (1.0 - 1e-9));
        prop_assert!(choice.workers == 1 || managed(choice.workers - 1) < target);
        prop_assert_eq!(choice.cost_per_month, choice.workers as f64 * 3.0);
        // What is used of a worker's memory is what its cores' writers take.
        let memory = choice.memory_bytes_of_worker.expect("was given") as f64;
        let used = memory * (1.0 - headroom_percent / 100.0);
        prop_assert!((used - worker_cores as f64 * 1_048_576.0).abs() <= 1.0);
    }

    /// Each saving goes from dearer to cheaper, by just what the costs differ.
    #[test]
    fn savings_are_the_differences(speeds in prop::collection::vec(1.0..1e6_f64, 1..6)) {
        let speeds: Vec<Speed> =
            speeds.iter().enumerate().map(|(place, rows)| speed(&place.to_string(), *rows)).collect();
        let plan = plan(need(1e6, 50.0), &speeds);
        let cost = |name: &str| {
            plan.choices.iter().find(|choice| choice.backend == name).map(|choice| choice.cost_per_month)
        };
        for saving in &plan.savings {
            let (from, to) = (cost(&saving.from).expect("known"), cost(&saving.to).expect("known"));
            prop_assert!(from > to);
            prop_assert_eq!(saving.per_month, from - to);
            prop_assert!(saving.percent > 0.0 && saving.percent < 100.0);
        }
    }
}
