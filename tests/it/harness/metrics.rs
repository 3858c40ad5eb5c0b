//! `/metrics` as Prometheus would read it.

/// The sum of a metric's samples whose labels hold all of `labels` (as `name="value"`).
pub(super) fn sum(text: &str, name: &str, labels: &[&str]) -> u64 {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let (series, value) = line.rsplit_once(' ')?;
            let (series_name, series_labels) = series.split_once('{').unwrap_or((series, ""));
            let fits = series_name == name && labels.iter().all(|label| series_labels.contains(label));
            fits.then(|| value.parse::<u64>().expect("a counter's sample"))
        })
        .sum()
}
