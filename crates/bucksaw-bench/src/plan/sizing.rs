//! The arithmetic of hardware sizing: how many workers a load needs, and what they cost.

use bucksaw::{Error, ErrorKind, Result};
use bytesize::ByteSize;
use serde::Serialize;

use crate::cli::SizingArgs;
use crate::cli::values::Speed;
use crate::table::Table;
use bucksaw_cli::ui::grouped;

/// Rows to write in a second unless told: those of the published sizing.
const DEFAULT_TARGET_ROWS: f64 = 1e6;
const SECONDS_IN_A_DAY: f64 = 86_400.0;

/// The load, and what the workers are like.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Need {
    /// Rows to write in a second; none where bytes in a day are told instead.
    target_rows_per_second: Option<f64>,
    /// Bytes to write in a day.
    target_bytes_per_day: Option<u64>,
    /// Bytes of one row.
    row_bytes: Option<f64>,
    worker_cores: usize,
    price_per_month: f64,
    /// Part of each worker's time and memory that stays free, in percent.
    headroom_percent: f64,
}

impl Need {
    /// What the command line says; every problem of it at once.
    pub(crate) fn new(arguments: &SizingArgs) -> Result<Self> {
        let mut problems = Vec::new();
        let mut check = |is_right: bool, problem: String| {
            if !is_right {
                problems.push(problem);
            }
        };
        let SizingArgs { target_rows, target_bytes, row_bytes, worker_cores, price, headroom } =
            arguments;
        check(target_rows.is_none_or(|rows| rows.0 > 0), "--target-rows is 0".to_owned());
        check(
            target_bytes.is_none_or(|bytes| bytes.as_u64() > 0),
            "--target-bytes is 0".to_owned(),
        );
        check(
            row_bytes.is_none_or(|bytes| bytes.is_finite() && bytes > 0.0),
            "--row-bytes must be more than 0".to_owned(),
        );
        check(*worker_cores > 0, "--worker-cores is 0: it must be 1 or more".to_owned());
        check(
            price.is_finite() && *price >= 0.0,
            format!("--price is {price}: it must be 0 or more"),
        );
        check(
            (0.0..100.0).contains(headroom),
            format!("--headroom is {headroom}: it must be at least 0 and less than 100"),
        );
        if !problems.is_empty() {
            return Err(Error::of_problems(ErrorKind::Options, problems));
        }
        let rows = target_rows.map_or(DEFAULT_TARGET_ROWS, |rows| rows.0 as f64);
        Ok(Self {
            target_rows_per_second: target_bytes.is_none().then_some(rows),
            target_bytes_per_day: target_bytes.map(|bytes| bytes.as_u64()),
            row_bytes: *row_bytes,
            worker_cores: *worker_cores,
            price_per_month: *price,
            headroom_percent: *headroom,
        })
    }

    /// The same with the measured size of a row, where none was told.
    pub(crate) fn with_row_bytes(mut self, bytes: f64) -> Self {
        self.row_bytes.get_or_insert(bytes);
        self
    }

    /// Rows in a second.
    fn rows_per_second(&self) -> Result<f64> {
        match (self.target_rows_per_second, self.target_bytes_per_day, self.row_bytes) {
            (Some(rows), ..) => Ok(rows),
            (None, Some(bytes), Some(row)) => Ok(bytes as f64 / row / SECONDS_IN_A_DAY),
            _ => Err(Error::new(
                ErrorKind::Options,
                "--target-bytes needs --row-bytes where nothing is measured",
            )),
        }
    }

    /// The part of a worker that may be used.
    fn used(&self) -> f64 {
        1.0 - self.headroom_percent / 100.0
    }
}

/// What it takes, with each backend.
#[derive(Debug, Serialize)]
pub(crate) struct Plan {
    #[serde(flatten)]
    need: Need,
    /// The load in rows.
    pub(crate) rows_per_second: f64,
    /// The backends, as they were given.
    pub(crate) choices: Vec<Choice>,
    /// From each backend to each cheaper one.
    pub(crate) savings: Vec<Saving>,
}

/// What it takes with one backend.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Choice {
    pub(crate) backend: String,
    /// Of one core, all of it.
    pub(crate) rows_per_second_of_core: f64,
    /// Of one worker, without the headroom.
    pub(crate) rows_per_second_of_worker: f64,
    pub(crate) workers: u64,
    /// For writing, with the headroom; not for rows that wait elsewhere.
    pub(crate) memory_bytes_of_worker: Option<u64>,
    pub(crate) cost_per_month: f64,
}

/// What a backend saves against another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Saving {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) per_month: f64,
    pub(crate) percent: f64,
}

impl Plan {
    /// # Errors
    /// [`ErrorKind::Options`] where the load's rows can't be told from its bytes.
    pub(crate) fn new(need: Need, speeds: &[Speed]) -> Result<Self> {
        let rows_per_second = need.rows_per_second()?;
        let choices: Vec<Choice> =
            speeds.iter().map(|speed| Choice::new(&need, rows_per_second, speed)).collect();
        let mut savings = Vec::new();
        for from in &choices {
            let cheaper = choices.iter().filter(|to| to.cost_per_month < from.cost_per_month);
            savings.extend(cheaper.map(|to| Saving {
                from: from.backend.clone(),
                to: to.backend.clone(),
                per_month: from.cost_per_month - to.cost_per_month,
                percent: (1.0 - to.cost_per_month / from.cost_per_month) * 100.0,
            }));
        }
        Ok(Self { need, rows_per_second, choices, savings })
    }

    /// The plan as a table.
    pub(crate) fn table(&self) -> Table {
        let header = [
            "backend",
            "rows/s per core",
            "rows/s per worker",
            "workers",
            "RAM per worker",
            "cost per month",
            "saves",
        ];
        let title = format!("Hardware for {} rows/s", grouped(self.rows_per_second.round() as u64));
        let mut table = Table::new(title, &header);
        let dearest = self.dearest();
        for choice in &self.choices {
            let memory = choice.memory_bytes_of_worker.map(|bytes| ByteSize(bytes).to_string());
            let saving = self.savings.iter().find(|saving| {
                Some(&saving.from) == dearest.map(|dearest| &dearest.backend)
                    && saving.to == choice.backend
            });
            table.rows.push(vec![
                choice.backend.clone(),
                grouped(choice.rows_per_second_of_core.round() as u64),
                grouped(choice.rows_per_second_of_worker.round() as u64),
                grouped(choice.workers),
                memory.unwrap_or("–".to_owned()),
                money(choice.cost_per_month),
                saving.map_or("–".to_owned(), |saving| {
                    format!("{} ({:.0} %)", money(saving.per_month), saving.percent)
                }),
            ]);
        }
        table.meaning = self.meaning();
        table
    }

    fn dearest(&self) -> Option<&Choice> {
        let cost =
            |one: &&Choice, other: &&Choice| one.cost_per_month.total_cmp(&other.cost_per_month);
        self.choices.iter().max_by(cost)
    }

    fn meaning(&self) -> String {
        let saving =
            self.savings.iter().max_by(|one, other| one.per_month.total_cmp(&other.per_month));
        let first = match saving {
            Some(saving) => format!(
                "{} instead of {} saves {} a month ({:.0} %).",
                saving.to,
                saving.from,
                money(saving.per_month),
                saving.percent
            ),
            None => "All cost the same.".to_owned(),
        };
        let Need { worker_cores, price_per_month, headroom_percent, .. } = &self.need;
        format!(
            "{first} A worker has {worker_cores} core{}, costs {} a month and keeps {headroom_percent} % free; its \
             RAM is for writing, what waits to be written comes on top.",
            if *worker_cores == 1 { "" } else { "s" },
            money(*price_per_month),
        )
    }
}

impl Choice {
    fn new(need: &Need, rows_per_second: f64, speed: &Speed) -> Self {
        let cores = need.worker_cores as f64;
        let of_worker = speed.rows_per_second * cores * need.used();
        // Rounding errors must not cost a worker.
        let workers = (rows_per_second / of_worker * (1.0 - 1e-12)).ceil().max(1.0);
        let memory = |bytes: u64| (bytes as f64 * cores / need.used()).ceil() as u64;
        Self {
            backend: speed.name.clone(),
            rows_per_second_of_core: speed.rows_per_second,
            rows_per_second_of_worker: of_worker,
            workers: workers as u64,
            memory_bytes_of_worker: speed.memory_bytes.map(memory),
            cost_per_month: workers * need.price_per_month,
        }
    }
}

fn money(amount: f64) -> String {
    let cents = (amount * 100.0).round() as u64;
    match cents % 100 {
        0 => format!("${}", grouped(cents / 100)),
        rest => format!("${}.{rest:02}", grouped(cents / 100)),
    }
}

#[cfg(test)]
#[path = "sizing_tests.rs"]
mod tests;
