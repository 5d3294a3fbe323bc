//! Every system call of a run fails, or is where a signal comes: what is left is nothing, all, or
//! what the next run takes over; the exit code and the message say which.
//!
//! strace makes the faults. The whole tables take long; a sample of each runs always. A part of them is
//! run with BUCKSAW_FAULTS_AT=renameat2,unlink.
#![cfg(target_os = "linux")]

mod cells;
mod scenario;

use self::cells::{Fault, Table};
use self::scenario::Scenario;

/// Cells of each scenario that are run always, about.
const SAMPLE: usize = 30;

fn sample(scenario: Scenario) {
    let cells = scenario.cells();
    let step = (cells.len() / SAMPLE).max(1);
    // Not the same calls of all scenarios.
    let first = scenario.name.len() % step;
    run(&scenario, cells.into_iter().skip(first).step_by(step));
}

fn all(scenario: Scenario) {
    let calls = std::env::var("BUCKSAW_FAULTS_AT").ok();
    let is_wanted = |fault: &Fault| {
        calls.as_ref().is_none_or(|calls| calls.split(',').any(|call| call == fault.call))
    };
    let cells = scenario.cells();
    run(&scenario, cells.into_iter().filter(is_wanted));
}

fn run(scenario: &Scenario, cells: impl Iterator<Item = Fault>) {
    let mut table = Table::default();
    for fault in cells {
        let outcome = scenario.run(&fault);
        table.add(&fault, outcome);
    }
    table.print(scenario.name);
    table.expect_sound();
}

macro_rules! scenarios {
    ($($name:ident),+ $(,)?) => {
        mod sampled {
            $(#[test]
            fn $name() {
                super::sample(super::scenario::$name());
            })+
        }
        mod long {
            $(#[test]
            #[ignore = "long: ./test --long"]
            fn $name() {
                super::all(super::scenario::$name());
            })+
        }
    };
}

scenarios![
    one_file,
    dead_letters,
    replacing,
    several_directories,
    new_in_several_directories,
    another_file_system,
];
