//! Medians of runs, and numbers as people read them. Whole numbers throughout.

use std::collections::BTreeMap;

use serde_json::Value;

use super::process::{Ended, Run};

/// What several runs of one program come to.
#[derive(Clone, Debug)]
pub(crate) struct Summary {
    /// How it ended, if it did not end well every time.
    pub(crate) ended: Ended,
    /// Medians, in microseconds and kilobytes.
    pub(crate) wall: u64,
    pub(crate) cpu: u64,
    pub(crate) peak: u64,
    /// Medians of what it says of itself; times in nanoseconds.
    pub(crate) said: BTreeMap<String, u64>,
}

/// Puts runs together; `None` where there are none.
pub(crate) fn summary(runs: &[Run]) -> Option<Summary> {
    let worst = runs.iter().find(|run| run.ended != Ended::Done).or(runs.last())?;
    let of = |value: fn(&Run) -> u64| median(runs.iter().map(value).collect());
    let mut said: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for run in runs {
        for (key, value) in run.said.iter().flat_map(flat) {
            said.entry(key).or_default().push(value);
        }
    }
    Some(Summary {
        ended: worst.ended.clone(),
        wall: of(|run| run.wall),
        cpu: of(|run| run.cpu),
        peak: of(|run| run.peak),
        said: said.into_iter().map(|(key, values)| (key, median(values))).collect(),
    })
}

/// The numbers of one line: `{"question":"fifo","median_ns":7}` is `fifo.median_ns`.
fn flat(line: &Value) -> Vec<(String, u64)> {
    let named = ["step", "question", "reached", "origin"];
    let name = named.iter().find_map(|key| line.get(key).and_then(Value::as_str));
    let prefix = name.map_or_else(String::new, |name| format!("{name}."));
    let numbers = line.as_object().into_iter().flatten();
    numbers.filter_map(|(key, value)| Some((format!("{prefix}{key}"), value.as_u64()?))).collect()
}

/// The middle value; of an even number the lower of the two. Zero of none.
pub(crate) fn median(mut values: Vec<u64>) -> u64 {
    values.sort_unstable();
    let middle = values.len().saturating_sub(1) / 2;
    values.get(middle).copied().unwrap_or(0)
}

/// Nanoseconds, in the unit that suits them.
pub(crate) fn time(nanoseconds: u64) -> String {
    let tenths = |unit: u64, name: &str| {
        let tenths = (nanoseconds + unit / 20) / (unit / 10);
        format!("{}.{} {name}", tenths / 10, tenths % 10)
    };
    match nanoseconds {
        ..1_000_000 => tenths(1_000, "µs"),
        1_000_000..1_000_000_000 => tenths(1_000_000, "ms"),
        1_000_000_000..100_000_000_000 => {
            let hundredths = (nanoseconds + 5_000_000) / 10_000_000;
            format!("{}.{:02} s", hundredths / 100, hundredths % 100)
        }
        _ => format!("{} s", (nanoseconds + 500_000_000) / 1_000_000_000),
    }
}

/// Kilobytes as megabytes.
pub(crate) fn megabytes(kilobytes: u64) -> String {
    format!("{} MB", thousands((kilobytes * 1024).div_ceil(1_000_000)))
}

/// How many times `other` is `ours`: two decimals below ten, whole above.
pub(crate) fn ratio(other: u64, ours: u64) -> String {
    let hundredths = u128::from(other) * 100 / u128::from(ours.max(1));
    if hundredths >= 1_000 {
        let whole = u64::try_from(hundredths / 100).unwrap_or(u64::MAX);
        return format!("{} ×", thousands(whole));
    }
    format!("{}.{:02} ×", hundredths / 100, hundredths % 100)
}

/// A number with its thousands apart.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1M`, `20k`, as sizes are typed.
pub(crate) fn size(transfers: u64) -> String {
    match transfers {
        _ if transfers.is_multiple_of(1_000_000) => format!("{}M", transfers / 1_000_000),
        _ if transfers.is_multiple_of(1_000) => format!("{}k", transfers / 1_000),
        _ => transfers.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_or_the_lower_of_two() {
        assert_eq!(median(vec![9, 1, 5]), 5);
        assert_eq!(median(vec![9, 1]), 1);
        assert_eq!(median(Vec::new()), 0);
    }

    #[test]
    fn times_are_told_in_the_unit_that_suits_them() {
        let told = [1_940, 13_240_000, 999_960_000, 4_215_000_000, 123_400_000_000].map(time);
        assert_eq!(told, ["1.9 µs", "13.2 ms", "1000.0 ms", "4.22 s", "123 s"]);
    }

    #[test]
    fn ratios_below_one_stay_exact_and_large_ones_are_whole() {
        assert_eq!(ratio(1, 3), "0.33 ×");
        assert_eq!(ratio(300, 100), "3.00 ×");
        assert_eq!(ratio(1_234_567, 1), "1,234,567 ×");
        assert_eq!(ratio(0, 0), "0.00 ×");
    }

    #[test]
    fn sizes_and_thousands_are_written_as_people_write_them() {
        assert_eq!([1_000_000, 20_000, 1_234].map(size), ["1M", "20k", "1234"]);
        assert_eq!(
            [7, 1_000, 999_999, 1_000_000].map(thousands),
            ["7", "1,000", "999,999", "1,000,000"]
        );
        assert_eq!(megabytes(1_000_000), "1,024 MB");
    }

    #[test]
    fn runs_come_to_medians_and_to_the_worst_end() {
        let run = |wall, ended| Run {
            ended,
            wall,
            cpu: wall,
            peak: wall,
            said: vec![serde_json::json!({"question": "fifo", "median_ns": wall, "held": {}})],
        };
        let good = [run(3, Ended::Done), run(1, Ended::Done), run(2, Ended::Done)];
        let summed = summary(&good).expect("there are runs");
        assert_eq!((summed.wall, summed.ended), (2, Ended::Done));
        assert_eq!(summed.said.get("fifo.median_ns"), Some(&2));
        let cut = [run(3, Ended::Done), run(1, Ended::OverTime)];
        assert_eq!(summary(&cut).expect("there are runs").ended, Ended::OverTime);
        assert!(summary(&[]).is_none());
    }
}
