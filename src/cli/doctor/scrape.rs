//! `/metrics` as its text: samples by the name of their metric.

/// The answer of a service to a question for its metrics.
#[derive(Debug)]
pub(super) struct Scrape(String);

impl Scrape {
    pub(super) const fn new(text: String) -> Self {
        Self(text)
    }

    /// The sum of a counter over all its labels; 0 where nothing was counted yet.
    pub(super) fn sum(&self, metric: &str) -> u64 {
        let values = self.samples(metric).filter_map(|(_, value)| value.parse::<u64>().ok());
        values.sum()
    }

    /// The value of a label of a metric's one sample.
    pub(super) fn label(&self, metric: &str, label: &str) -> Option<&str> {
        let (labels, _) = self.samples(metric).next()?;
        let (_, rest) = labels.split_once(&format!("{label}=\""))?;
        rest.split_once('"').map(|(value, _)| value)
    }

    /// The labels and the value of each sample.
    fn samples(&self, metric: &str) -> impl Iterator<Item = (&str, &str)> {
        self.0.lines().filter_map(move |line| {
            let (series, value) = line.rsplit_once(' ')?;
            let (name, labels) = series.split_once('{').unwrap_or((series, ""));
            (name == metric).then_some((labels, value))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_found_by_the_whole_name_of_their_metric() {
        let scrape = Scrape::new(
            "# HELP a_total Some a\n# TYPE a_total counter\na_total{x=\"1\",y=\"b c\"} 2\na_total{x=\"2\"} 3\n\na 7\n\
             info{version=\"0.1.0\"} 1\n"
                .to_owned(),
        );
        assert_eq!(scrape.sum("a_total"), 5);
        assert_eq!(scrape.sum("a"), 7);
        assert_eq!(scrape.sum("missing"), 0);
        assert_eq!(scrape.label("info", "version"), Some("0.1.0"));
        assert_eq!(scrape.label("missing", "version"), None);
    }
}
